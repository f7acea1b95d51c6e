#pragma once
// The imperative half: operators as functions and methods of tensors, arithmetic, indices, gradients.
//
//   wick::Tensor x = wick::randn({4, 3}, wick::requires_grad());
//   (x * x + 1).sum().backward();
//   wick::Tensor twice_x = x.grad();
//   std::cout << twice_x[0] << std::endl;

#include <wick/autograd/anomaly.h>
#include <wick/autograd/autograd.h>
#include <wick/autograd/function.h>
#include <wick/autograd/inference_mode.h>
#include <wick/ops/functions.h>
#include <wick/ops/tensor_index.h>
#include <wick/ops/tensor_literal.h>
#include <wick/ops/tensor_methods.h>
#include <wick/ops/tensor_operators.h>
#include <wick/ops/tensor_stream.h>
#include <wick/support/error.h>
#include <wick/tensor/generator.h>
#include <wick/tensor/tensor_accessor.h>
