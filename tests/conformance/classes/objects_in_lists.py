# Lists of objects: a bank with accounts.
from typing import List


class Account:
    def __init__(self, owner: str, balance: int):
        self.owner = owner
        self.balance = balance

    def pay(self, to: "Account", amount: int) -> bool:
        if amount > self.balance:
            return False
        self.balance -= amount
        to.balance += amount
        return True


def main():
    accounts = [Account("ada", 100), Account("bob", 20)]
    print(accounts[0].pay(accounts[1], 70), accounts[0].pay(accounts[1], 70))
    for account in accounts:
        print(account.owner, account.balance)


main()
