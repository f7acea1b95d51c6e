from .._values import Parameter
