# A perceptron learns `and`.
import torch


def main():
    x = torch.tensor([[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    y = torch.tensor([0.0, 0.0, 0.0, 1.0])
    w = torch.zeros(3)
    rounds = 0
    while True:
        wrong = 0
        for i in range(4):
            out = 1.0 if float(x[i] @ w) > 0.0 else 0.0
            error = float(y[i]) - out
            if error != 0.0:
                wrong += 1
                w += error * x[i]
        rounds += 1
        if wrong == 0:
            break
    print(rounds, int(w[0]), int(w[1]), int(w[2]))


main()
