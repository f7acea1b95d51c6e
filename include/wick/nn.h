#pragma once
// Networks: the layers, losses and functions of torch.nn, modules made of them, and all of wick/eager.h.

#include <wick/api/serialize.h>
#include <wick/eager.h>
#include <wick/nn/any_module.h>
#include <wick/nn/cloneable.h>
#include <wick/nn/enums.h>
#include <wick/nn/functional.h>
#include <wick/nn/init.h>
#include <wick/nn/layers.h>
#include <wick/nn/module.h>
#include <wick/nn/module_holder.h>
#include <wick/nn/module_list.h>
#include <wick/nn/sequential.h>
#include <wick/nn/utils.h>
