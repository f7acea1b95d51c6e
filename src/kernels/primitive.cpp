#include "kernels/primitive.h"

#include "kernels/vector_tables.h"

namespace wick::kernels {

const PrimitiveInfo& info(Primitive primitive) {
    static constexpr PrimitiveInfo table[] = {
#define _(name, operands, result, spelling) {spelling, operands, result},
        WICK_FORALL_PRIMITIVES(_)
#undef _
    };
    return table[static_cast<size_t>(primitive)];
}

VectorLoop vector_loop(Primitive primitive, Lane lane) {
    switch (lane) {
        case Lane::f32:
            return float_vector_loop(primitive, false);
        case Lane::f64:
            return float_vector_loop(primitive, true);
        case Lane::i64:
            return integer_vector_loop(primitive);
        case Lane::c64:
            return complex_vector_loop(primitive, false);
        case Lane::c128:
            return complex_vector_loop(primitive, true);
        case Lane::flag:
            return flag_vector_loop(primitive);
    }
    return nullptr;
}

}  // namespace wick::kernels
