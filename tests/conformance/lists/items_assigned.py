# Items change in place, by positive and negative positions.
def main():
    xs = [0, 1, 2, 3]
    xs[0] = 10
    xs[-1] = 30
    xs[1] += 5
    xs[2] *= -1
    grid = [[0] * 3, [0] * 3]
    grid[1][2] = 7
    grid[0][0] -= 1
    print(xs, grid)


main()
