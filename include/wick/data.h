#pragma once
// Data sets, and the batches of one epoch after the other.

#include <wick/data/data_loader.h>
#include <wick/data/dataset.h>
#include <wick/data/mnist.h>
