#pragma once
// One operation outside of any function: an expression such as `a + b` or `torch.cat(a0, dim=a1)`, compiled by the
// front end for operands of given types. Overloads are chosen, arguments converted and defaults filled in as in
// compiled code.

#include <atomic>
#include <string>
#include <vector>

#include <wick/types/function.h>
#include <wick/types/ivalue.h>

namespace wick::jit {

class Operator;
struct Value;

class Operation : public RefCounted {
 public:
    /// `torch` and `ops` in the expression are the namespaces of operators; `names` are its operands. Throws
    /// CompileError where no overload fits.
    Operation(const std::string& expression, const std::vector<std::string>& names, const std::vector<TypePtr>& types);
    ~Operation() override;

    /// The operation as a function of its operands.
    Function& function() const { return *function_; }
    /// Calls it with a value for each name, without limits; takes the values. What fails is an operator's own error,
    /// without a script's call stack.
    IValue call(IValue* operands) const;
    /// Whether the call is over in less time than it takes to hand a lock to another thread: a pointwise operator or a
    /// view of a few elements.
    bool is_brief(const IValue* operands) const;
    /// The operator that it consists of, or null where it is more than one.
    const Operator* only_operator() const { return operator_; }

 private:
    /// Where an argument of the operator comes from: an operand, a constant, or a list of such.
    struct Input {
        int operand = -1;
        IValue constant;
        TypePtr list_of;
        std::vector<Input> elements;
    };
    void find_operator();
    IValue call_operator(IValue* operands) const;
    bool find_input(const Value* value, Input& input) const;
    static IValue value_of(const Input& input, const IValue* operands);
    IntrusivePtr<ListObject> list_of(const Input& input, const IValue* operands) const;
    void keep_list(IValue& list) const;

    IntrusivePtr<Function> function_;
    /// An operation that is one operator needs no interpreter: the operator, its arguments, the type of a named result.
    const Operator* operator_ = nullptr;
    std::vector<Input> inputs_;
    size_t lists_ = 0;  ///< how many of them are to be made for each call
    TypePtr named_result_;
    /// A list that an operator was given and did not keep, for the next call; calls take it and put it back.
    mutable std::atomic<ListObject*> spare_list_ = nullptr;
};

}  // namespace wick::jit
