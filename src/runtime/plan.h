#pragma once
// A Plan is the executable form of one graph: immutable, published once per Function and read without locks.
//
// Values die early: an operand that is a value's last use is marked, a value that is never used is dropped where it is
// made, and one that only one branch uses is dropped at the start of the other. Numbers are neither moved nor dropped.

#include <memory>
#include <string>
#include <vector>

#include <wick/support/source_range.h>

#include "ir/graph.h"
#include "runtime/bytecode.h"

namespace wick::jit {

class Plan : public RefCounted {
 public:
    std::string function_name;  ///< "forward", for tracebacks
    std::vector<Instruction> code;
    std::vector<Operand> operand_lists;
    std::vector<IValue> constants;
    std::vector<const Operator*> operators;
    std::vector<Function*> functions;
    std::vector<std::string> names;
    std::vector<int32_t> slots;  ///< of paths of attributes
    std::vector<TypePtr> types;
    std::vector<std::vector<TypePtr>> type_lists;
    std::vector<IntrusivePtr<Plan>> plans;         ///< of forked subgraphs
    std::vector<IntrusivePtr<RefCounted>> groups;  ///< what make_differentiable gave (ops/recording.h)
    TypePtr result_type;
    uint32_t registers = 0;
    uint32_t inputs = 0;    ///< they arrive in registers 0 … inputs-1
    bool is_group = false;  ///< the body of a piece that is recorded as one function

    /// The source range that an instruction came from, and the calls inlined around it: the called function, and where
    /// the call stands.
    struct Place {
        SourceRange range;
        std::shared_ptr<const std::vector<std::pair<std::string, SourceRange>>> inlined_from;
    };
    std::vector<Place> places;       ///< distinct neighbours
    std::vector<uint32_t> place_of;  ///< per instruction, index into places

    /// The code as text, one instruction per line, for tests and `wick graph`-like tools.
    std::string disassemble() const;
};

/// The plan of a graph. Throws CompileError at the node that wick cannot run (an unknown operator).
IntrusivePtr<Plan> compile_plan(const Graph& graph, std::string function_name, bool is_group = false);

/// The plan of a function's graph, with the calls of small functions inlined.
IntrusivePtr<RefCounted> make_plan(Function& function);

/// The function's plan, compiled on first demand. Thread-safe.
inline const Plan& plan_of(Function& function) {
    return static_cast<const Plan&>(*function.plan(Function::PlanKind::plain, &make_plan));
}

/// The plan for calls of which a backward pass wants a record: all calls are inlined, and pieces that can be
/// differentiated as one are (prim::DifferentiableGraph). The plain plan where there is no such piece.
IntrusivePtr<RefCounted> make_recording_plan(Function& function);
inline const Plan& recording_plan_of(Function& function) {
    return static_cast<const Plan&>(*function.plan(Function::PlanKind::recording, &make_recording_plan));
}

/// The plan of a group's body (GroupCall, ops/recording.h).
IntrusivePtr<RefCounted> make_group_plan(Function& function);
inline const Plan& group_plan_of(Function& function) {
    return static_cast<const Plan&>(*function.plan(Function::PlanKind::group, &make_group_plan));
}

}  // namespace wick::jit
