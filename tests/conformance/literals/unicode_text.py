# Text beyond ASCII passes through; TorchScript counts bytes, so nothing is counted here.
def main():
    greeting = "Grüße, мир, 世界"
    print(greeting)
    print(greeting + "!", greeting == "Grüße, мир, 世界", "мир" in greeting)


main()
