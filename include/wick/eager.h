#pragma once
// The imperative half: operators as functions of tensors, arithmetic, gradients.
//
//   wick::Tensor x = wick::randn({4, 3}, wick::requires_grad());
//   wick::sum(x * x + 1).backward();
//   wick::Tensor twice_x = x.grad();

#include <wick/autograd/anomaly.h>
#include <wick/autograd/autograd.h>
#include <wick/autograd/function.h>
#include <wick/autograd/inference_mode.h>
#include <wick/ops/functions.h>
#include <wick/ops/tensor_operators.h>
#include <wick/support/error.h>
#include <wick/tensor/generator.h>
