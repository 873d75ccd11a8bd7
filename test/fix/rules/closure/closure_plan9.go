package closure

var Elsewhere = keepElsewhere(3)
