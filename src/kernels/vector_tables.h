#pragma once
// The parts that vector_loop() is put together from, one per file of loops.

#include "kernels/primitive.h"

namespace wick::kernels {

VectorLoop float_vector_loop(Primitive primitive, bool is_double);
VectorLoop integer_vector_loop(Primitive primitive);
VectorLoop flag_vector_loop(Primitive primitive);
VectorLoop complex_vector_loop(Primitive primitive, bool is_double);

}  // namespace wick::kernels
