#pragma once
// Everything a user of the library needs.

#include <wick/api/freeze.h>
#include <wick/api/module.h>
#include <wick/api/program.h>
#include <wick/api/serialize.h>
#include <wick/api/trace.h>
#include <wick/autograd/anomaly.h>
#include <wick/autograd/autograd.h>
#include <wick/autograd/function.h>
#include <wick/optim/optim.h>
#include <wick/support/error.h>
#include <wick/support/parallel.h>
#include <wick/tensor/generator.h>
#include <wick/tensor/grad_mode.h>
#include <wick/tensor/tensor.h>
#include <wick/types/ivalue.h>
