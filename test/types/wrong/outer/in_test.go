package outer

var ForTests = Hello()
