print(isinstance(1))
