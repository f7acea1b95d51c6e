# Extension: objects made and used at top level.
class Account:
    def __init__(self, owner: str):
        self.owner = owner
        self.balance = 0

    def deposit(self, amount: int) -> int:
        self.balance += amount
        return self.balance


a = Account("ada")
b = Account("bob")
for amount in [5, 10]:
    a.deposit(amount)
b.deposit(1)
a.owner = "ADA"
print(a.owner, a.balance, b.owner, b.balance)
