# Extension: statements at top level: assignments, loops, conditions.
total = 0
for i in range(5):
    if i % 2 == 0:
        total += i
print(total)
while total < 50:
    total *= 2
print(total)
