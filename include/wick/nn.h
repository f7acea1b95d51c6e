#pragma once
// Networks: the layers and losses of torch.nn, modules made of them, and all of wick/eager.h.

#include <wick/eager.h>
#include <wick/nn/layers.h>
#include <wick/nn/module.h>
#include <wick/nn/sequential.h>
