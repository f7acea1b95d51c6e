class A:
  n : int
class B(A):
  m : int
