#pragma once
// The vector machine: evaluates a pointwise expression over runs of elements that stay in the first cache level.

#include <memory>
#include <span>
#include <vector>

#include "ops/expr.h"
#include "ops/geometry.h"

namespace wick::ops {

/// An expression made ready for one compute type: instructions over numbered slots, each a chunk of values.
/// Slots 0 … inputs-1 hold the inputs, then come the constants, then temporaries, which are reused.
struct VectorProgram {
    struct Instruction {
        kernels::VectorLoop loop;
        Primitive primitive;
        int16_t operands[3];
        int16_t result;
    };
    /// A value changed from one lane to another, such as a flag used as a number.
    struct Cast {
        int16_t from;
        int16_t to;
        Lane from_lane;
        Lane to_lane;
        int16_t before;  ///< index of the instruction that needs it
    };
    Lane lane;
    Lane result_lane;
    int16_t result;  ///< slot
    std::vector<Lane> input_lanes;
    std::vector<bool> reads;  ///< per input
    std::vector<Scalar> constants;
    std::vector<Lane> constant_lanes;
    std::vector<Instruction> instructions;
    std::vector<Cast> casts;  ///< in order of `before`
    int16_t slots;
    int32_t cost;  ///< rough time per value, in units of an addition

    /// Throws OpError `"<name>" not implemented for '<dtype>'` when a primitive lacks the lane.
    static VectorProgram compile(const ExprGraph& graph, size_t inputs, Lane lane, std::string_view name, DType dtype);
};

/// The lane that computes a dtype's values.
Lane lane_of(DType dtype);
/// The dtype whose elements lie in memory as the lane's values do.
DType dtype_of_lane(Lane lane);

/// Puts the number into `n` places, as a value of the lane.
void splat(const Scalar& number, Lane lane, void* to, int64_t n);

/// One input of a run: a tensor's elements, or one value for all of them.
struct VectorInput {
    const void* data = nullptr;  ///< null: `number`
    DType dtype{};
    Scalar number;
    bool single = false;  ///< the element at `data` stands for all
};

/// Evaluates `program` at every position of `loop`, in parallel. Operand 0 of the loop is the output, operand k+1 input
/// k. A null loop means that all that are not single are linear over `numel` elements.
void run_vector_program(const VectorProgram& program, std::span<const VectorInput> inputs, void* out, DType out_dtype,
                        const Loop* loop, int64_t numel);

}  // namespace wick::ops
