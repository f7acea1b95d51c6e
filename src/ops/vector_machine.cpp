#include "ops/vector_machine.h"

#include <algorithm>

#include <wick/support/check.h>
#include <wick/support/parallel.h>

#include "ops/convert.h"
#include "ops/op_errors.h"

namespace wick::ops {

using kernels::info;
using kernels::lane_bytes;

Lane lane_of(DType dtype) {
    switch (dtype) {
        case DType::float16:
        case DType::bfloat16:
        case DType::float32:
            return Lane::f32;
        case DType::float64:
            return Lane::f64;
        case DType::complex64:
            return Lane::c64;
        case DType::complex128:
            return Lane::c128;
        default:
            return Lane::i64;
    }
}

DType dtype_of_lane(Lane lane) {
    constexpr DType dtypes[kernels::kLanes] = {DType::float32,   DType::float64,    DType::int64,
                                               DType::complex64, DType::complex128, DType::bool_};
    return dtypes[static_cast<size_t>(lane)];
}

namespace {

int32_t cost_of(Primitive primitive) {
    switch (primitive) {
        case Primitive::div:
        case Primitive::sqrt:
        case Primitive::rsqrt:
            return 2;
        case Primitive::exp:
        case Primitive::log:
        case Primitive::tanh:
        case Primitive::sigmoid:
        case Primitive::erf:
            return 4;
        default:
            return primitive >= Primitive::exp2 && primitive <= Primitive::digamma ? 16 : 1;
    }
}

/// Gives every node a slot. Temporaries whose last use has passed are handed out again.
class Compiler {
 public:
    Compiler(const ExprGraph& graph, size_t inputs, Lane lane) : graph_(graph), slots_(graph.nodes.size(), -1) {
        program_.lane = lane;
        program_.input_lanes.assign(inputs, lane);
        program_.reads.assign(inputs, false);
        for (size_t i = 0; i < inputs; ++i)
            if (graph.input_is_flag(static_cast<int16_t>(i))) program_.input_lanes[i] = Lane::flag;
        program_.slots = static_cast<int16_t>(inputs);
        program_.cost = 1;
    }

    VectorProgram compile(std::string_view name, DType dtype) {
        for (size_t i = 0; i < graph_.nodes.size(); ++i) place_leaf(i);
        fixed_ = program_.slots;
        for (size_t i = 0; i < graph_.nodes.size(); ++i)
            if (graph_.nodes[i].kind == ExprNode::Kind::apply) emit(i, name, dtype);
        program_.result = slots_[graph_.result];
        program_.result_lane = lane_of_node(graph_.result);
        return std::move(program_);
    }

 private:
    Lane lane_of_node(size_t node) const {
        const ExprNode& n = graph_.nodes[node];
        if (n.kind == ExprNode::Kind::input) return program_.input_lanes[n.input];
        return graph_.is_flag(static_cast<int16_t>(node)) ? Lane::flag : program_.lane;
    }

    void place_leaf(size_t i) {
        const ExprNode& node = graph_.nodes[i];
        if (node.kind == ExprNode::Kind::input) {
            slots_[i] = node.input;
            program_.reads[static_cast<size_t>(node.input)] = true;
        }
        if (node.kind != ExprNode::Kind::constant) return;
        slots_[i] = program_.slots++;
        program_.constants.push_back(node.constant);
        program_.constant_lanes.push_back(program_.lane);
    }

    bool used_after(size_t node, size_t at) const {
        if (static_cast<int16_t>(node) == graph_.result) return true;
        for (size_t i = at + 1; i < graph_.nodes.size(); ++i) {
            const auto& operands = graph_.nodes[i].operands;
            if (std::find(operands, operands + 3, static_cast<int16_t>(node)) != operands + 3) return true;
        }
        return false;
    }

    int16_t take_slot() {
        if (free_.empty()) return program_.slots++;
        const int16_t slot = free_.back();
        free_.pop_back();
        return slot;
    }

    void emit(size_t i, std::string_view name, DType dtype) {
        const ExprNode& node = graph_.nodes[i];
        const auto& facts = info(node.primitive);
        const bool on_flags = facts.operands[0] == 'F' && facts.operands.size() < 3;
        VectorProgram::Instruction instruction{};
        instruction.primitive = node.primitive;
        instruction.loop = kernels::vector_loop(node.primitive, on_flags ? Lane::flag : program_.lane);
        WICK_CHECK_IMPLEMENTED(instruction.loop, name, dtype);
        std::vector<int16_t> borrowed;
        for (size_t k = 0; k < facts.operands.size(); ++k) {
            const size_t operand = static_cast<size_t>(node.operands[k]);
            const Lane has = lane_of_node(operand);
            const Lane wants = facts.operands[k] == 'F' ? Lane::flag : program_.lane;
            instruction.operands[k] = slots_[operand];
            if (has == wants) continue;
            const int16_t slot = take_slot();
            program_.casts.push_back(
                {slots_[operand], slot, has, wants, static_cast<int16_t>(program_.instructions.size())});
            instruction.operands[k] = slot;
            borrowed.push_back(slot);
        }
        for (size_t k = facts.operands.size(); k < 3; ++k) instruction.operands[k] = instruction.operands[0];
        // The operands' slots are freed after this, since values may differ in size. The final result has a slot of its
        // own, which the machine can point at the output.
        const bool is_result = static_cast<int16_t>(i) == graph_.result;
        instruction.result = slots_[i] = is_result ? program_.slots++ : take_slot();
        program_.instructions.push_back(instruction);
        program_.cost += cost_of(node.primitive);
        free_.insert(free_.end(), borrowed.begin(), borrowed.end());
        for (size_t k = 0; k < facts.operands.size(); ++k) {
            const size_t operand = static_cast<size_t>(node.operands[k]);
            const int16_t slot = slots_[operand];
            if (slot < fixed_ || used_after(operand, i)) continue;
            if (std::find(free_.begin(), free_.end(), slot) == free_.end()) free_.push_back(slot);
        }
    }

    const ExprGraph& graph_;
    VectorProgram program_;
    std::vector<int16_t> slots_;
    std::vector<int16_t> free_;
    int16_t fixed_ = 0;
};

constexpr size_t kSlotBytes = 4096;
constexpr size_t kStackSlots = 12;

/// One thread's evaluation of a range of positions.
class Machine {
 public:
    Machine(const VectorProgram& program, std::span<const VectorInput> inputs, void* out, DType out_dtype,
            const Loop* loop)
        : program_(program), inputs_(inputs), out_(static_cast<char*>(out)), out_dtype_(out_dtype), loop_(loop) {
        if (program.slots > static_cast<int16_t>(kStackSlots)) {
            heap_ = std::make_unique<char[]>(static_cast<size_t>(program.slots) * kSlotBytes + 64);
            buffers_ = heap_.get() + (64 - reinterpret_cast<uintptr_t>(heap_.get()) % 64);
        } else {
            buffers_ = stack_;
        }
        values_.resize(static_cast<size_t>(program.slots));
        for (size_t i = 0; i < values_.size(); ++i) values_[i] = buffer(i);
        out_linear_ = !loop_ || loop_->is_linear(0);
        out_in_place_ = out_linear_ && out_dtype_ == dtype_of_lane(program.result_lane);
        // Without instructions the result is an input or a constant, and is copied.
        if (program.instructions.empty()) out_in_place_ = false;
    }

    void run(int64_t begin, int64_t end) {
        fill_singles(std::min(chunk_values(), end - begin));
        for (int64_t position = begin; position < end;) {
            const int64_t n = std::min(chunk_from(position), end - position);
            evaluate(position, n);
            position += n;
        }
    }

 private:
    char* buffer(size_t slot) { return buffers_ + slot * kSlotBytes; }

    /// Chunks that end where rows do spare the copy of what is read row by row.
    int64_t chunk_from(int64_t position) const {
        constexpr int64_t kShortest = 256;
        const int64_t row = loop_ && loop_->sizes().size() > 1 ? loop_->sizes()[0] : 0;
        return row < kShortest ? chunk_values() : std::min(chunk_values(), row - position % row);
    }
    int64_t chunk_values() const { return static_cast<int64_t>(kSlotBytes / lane_bytes(program_.lane)); }

    void fill_singles(int64_t n) {
        for (size_t i = 0; i < inputs_.size(); ++i) {
            if (!program_.reads[i]) continue;
            const VectorInput& input = inputs_[i];
            const Lane lane = program_.input_lanes[i];
            if (!input.data) splat(input.number, lane, buffer(i), n);
            if (input.data && input.single)
                convert_run(input.dtype, dtype_of_lane(lane))(input.data, 0, buffer(i), 1, n);
        }
        for (size_t k = 0; k < program_.constants.size(); ++k)
            splat(program_.constants[k], program_.constant_lanes[k], buffer(inputs_.size() + k), n);
    }

    void load(size_t i, int64_t position, int64_t n) {
        const VectorInput& input = inputs_[i];
        const DType wanted = dtype_of_lane(program_.input_lanes[i]);
        const char* data = static_cast<const char*>(input.data);
        const int64_t size = bytes_of(input.dtype);
        if (!loop_ || loop_->is_linear(i + 1)) {
            data += position * size;
            if (input.dtype == wanted) {
                values_[i] = const_cast<char*>(data);
            } else {
                convert_run(input.dtype, wanted)(data, 1, buffer(i), 1, n);
            }
            return;
        }
        const ConvertRun convert = convert_run(input.dtype, wanted);
        const int64_t step = loop_->strides(i + 1)[0];
        char* to = buffer(i);
        loop_->for_each_run_of(i + 1, position, position + n, [&](int64_t offset, int64_t count) {
            if (count == n && step == 1 && input.dtype == wanted) {
                values_[i] = const_cast<char*>(data + offset * size);
                return;
            }
            values_[i] = buffer(i);
            convert(data + offset * size, step, to, 1, count);
            to += count * bytes_of(wanted);
        });
    }

    void store(int64_t position, int64_t n) {
        const DType lane_dtype = dtype_of_lane(program_.result_lane);
        const ConvertRun convert = convert_run(lane_dtype, out_dtype_);
        const char* from = values_[program_.result];
        const int64_t size = bytes_of(out_dtype_);
        if (out_linear_) {
            convert(from, 1, out_ + position * size, 1, n);
            return;
        }
        const int64_t step = loop_->strides(0)[0];
        loop_->for_each_run_of(0, position, position + n, [&](int64_t offset, int64_t count) {
            convert(from, 1, out_ + offset * size, step, count);
            from += count * bytes_of(lane_dtype);
        });
    }

    void evaluate(int64_t position, int64_t n) {
        for (size_t i = 0; i < inputs_.size(); ++i)
            if (inputs_[i].data && !inputs_[i].single) load(i, position, n);
        if (out_in_place_) values_[program_.result] = out_ + position * bytes_of(out_dtype_);
        size_t next_cast = 0;
        for (size_t i = 0; i < program_.instructions.size(); ++i) {
            for (; next_cast < program_.casts.size() && program_.casts[next_cast].before == static_cast<int16_t>(i);
                 ++next_cast) {
                const VectorProgram::Cast& cast = program_.casts[next_cast];
                convert_run(dtype_of_lane(cast.from_lane), dtype_of_lane(cast.to_lane))(values_[cast.from], 1,
                                                                                        values_[cast.to], 1, n);
            }
            const VectorProgram::Instruction& instruction = program_.instructions[i];
            const int16_t* o = instruction.operands;
            instruction.loop(values_[o[0]], values_[o[1]], values_[o[2]], values_[instruction.result],
                             static_cast<size_t>(n));
        }
        if (!out_in_place_) store(position, n);
    }

    const VectorProgram& program_;
    std::span<const VectorInput> inputs_;
    char* out_;
    DType out_dtype_;
    const Loop* loop_;
    bool out_linear_;
    bool out_in_place_;
    SmallVector<char*, 24> values_;
    std::unique_ptr<char[]> heap_;
    char* buffers_;
    alignas(64) char stack_[kStackSlots * kSlotBytes];
};

}  // namespace

void splat(const Scalar& number, Lane lane, void* to, int64_t n) {
    dispatch_dtype(dtype_of_lane(lane), [&]<class T>() { std::fill_n(static_cast<T*>(to), n, number.to<T>()); });
}

VectorProgram VectorProgram::compile(const ExprGraph& graph, size_t inputs, Lane lane, std::string_view name,
                                     DType dtype) {
    return Compiler(graph, inputs, lane).compile(name, dtype);
}

void run_vector_program(const VectorProgram& program, std::span<const VectorInput> inputs, void* out, DType out_dtype,
                        const Loop* loop, int64_t numel) {
    constexpr int64_t kFewest = 1024;
    // Too few to be shared, or to be interrupted.
    if (numel <= kFewest) return Machine(program, inputs, out, out_dtype, loop).run(0, numel);
    const int64_t grain = std::max<int64_t>(kParallelGrain / program.cost, kFewest);
    parallel_for(0, numel, grain,
                 [&](int64_t begin, int64_t end) { Machine(program, inputs, out, out_dtype, loop).run(begin, end); });
}

}  // namespace wick::ops
