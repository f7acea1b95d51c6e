# A list that grows while a while loop walks over it.
def main():
    queue = [1]
    i = 0
    while i < len(queue):
        n = queue[i]
        if n < 20:
            queue.append(n * 2)
            if n % 2 == 1:
                queue.append(n * 3)
        i += 1
    print(queue)


main()
