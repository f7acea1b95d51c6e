"""Functions of random variables, with inverses and Jacobians."""
from .number_transforms import (AbsTransform, AffineTransform, CumulativeDistributionTransform, ExpTransform, PowerTransform,
                                SigmoidTransform, SoftplusTransform, TanhTransform)
from .transform import CatTransform, ComposeTransform, IndependentTransform, StackTransform, Transform, identity_transform
from .vector_transforms import (CorrCholeskyTransform, LowerCholeskyTransform, PositiveDefiniteTransform, ReshapeTransform,
                                SoftmaxTransform, StickBreakingTransform)

__all__ = ["AbsTransform", "AffineTransform", "CatTransform", "ComposeTransform", "CorrCholeskyTransform",
           "CumulativeDistributionTransform", "ExpTransform", "IndependentTransform", "LowerCholeskyTransform",
           "PositiveDefiniteTransform", "PowerTransform", "ReshapeTransform", "SigmoidTransform", "SoftmaxTransform",
           "SoftplusTransform", "StackTransform", "StickBreakingTransform", "TanhTransform", "Transform", "identity_transform"]
