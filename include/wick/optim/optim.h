#pragma once
// All optimizers.

#include <wick/optim/adagrad.h>
#include <wick/optim/adam.h>
#include <wick/optim/lbfgs.h>
#include <wick/optim/lr_scheduler.h>
#include <wick/optim/rmsprop.h>
#include <wick/optim/sgd.h>
