# Extension: defaults of parameters without annotation.
def greet(name, greeting="hello", times=1):
    return (greeting + " " + name + "!") * times


print(greet("ada"), greet("bob", "hi"), greet("cyd", times=2))
