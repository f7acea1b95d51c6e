# A Markov chain comes to rest.
import torch


def main():
    p = torch.tensor([[0.9, 0.1], [0.5, 0.5]], dtype=torch.float64)
    state = torch.tensor([0.0, 1.0], dtype=torch.float64)
    for _ in range(50):
        state = state @ p
    print("%f %f" % (float(state[0]), float(state[1])))


main()
