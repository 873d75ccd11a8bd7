package outer

func Hello() string { return "hello" }
