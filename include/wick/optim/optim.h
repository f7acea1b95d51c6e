#pragma once
// All optimizers.

#include <wick/optim/adadelta.h>
#include <wick/optim/adagrad.h>
#include <wick/optim/adam.h>
#include <wick/optim/adamax.h>
#include <wick/optim/asgd.h>
#include <wick/optim/lbfgs.h>
#include <wick/optim/lr_scheduler.h>
#include <wick/optim/nadam.h>
#include <wick/optim/radam.h>
#include <wick/optim/rmsprop.h>
#include <wick/optim/rprop.h>
#include <wick/optim/sgd.h>
#include <wick/optim/sparse_adam.h>
