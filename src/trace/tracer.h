#pragma once
// Traces: a program that is recorded while it runs.
//
//   Tracer tracer(unit);
//   inputs = tracer.begin("forward", root, {"x"}, {x});      // calls of operators on this thread become nodes
//   …
//   IntrusivePtr<Function> forward = tracer.finish({tracer.value_of(y)});
//
// A value of the program is known by what it is: a tensor by its TensorImpl, a number by the Value that it came from. A
// tensor that the tracer has not seen made is a parameter or buffer of a module of the trace, and read from there, or
// else a constant.
//
// A call of a module is a frame: a graph of its own, which becomes a method of that module's class, and a CallMethod
// around it. What a frame uses of its callers becomes its inputs, and what they use of it its outputs, at first use.

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <wick/support/function_ref.h>

#include "ir/compilation_unit.h"
#include "ir/graph.h"
#include "ops/tracing.h"

namespace wick::jit {

class Tracer : public CallHandler {
 public:
    using ModuleId = size_t;
    static constexpr ModuleId kNoModule = SIZE_MAX;
    using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

    /// The classes and functions that are made go to the unit.
    explicit Tracer(std::shared_ptr<CompilationUnit> unit);
    ~Tracer() override;

    /// A module with its tensors and the modules below it, which were added before. Each module has a class of its own.
    ModuleId add_module(const std::string& class_name, const NamedTensors& parameters, const NamedTensors& buffers,
                        const std::vector<std::pair<std::string, ModuleId>>& children, bool training);
    /// A module that is compiled already.
    ModuleId add_module(IntrusivePtr<ScriptObject> compiled);
    const IntrusivePtr<ScriptObject>& object(ModuleId module) const { return modules_[module].object; }

    /// Starts a function, or a method of `module`, and the recording on this thread. Tensors among the inputs, also
    /// those in lists, tuples and dicts, become known by identity: each must be a handle of its own.
    void begin(const std::string& name, ModuleId module, const std::vector<std::string>& input_names,
               const std::vector<IValue>& inputs);
    /// The function; a method is added to its module's class. Stops the recording.
    IntrusivePtr<Function> finish(Value* result);
    /// Asks for the place in the program, where nodes are to have one, at every call that is recorded.
    void set_places(std::function<SourceRange()> current) { current_place_ = std::move(current); }
    /// Stops the recording, if it has been begun; what was recorded is lost.
    void abandon();

    /// A call of the module begins: false where it is not below the one that runs, so that its calls belong to that.
    bool enter(ModuleId module);
    void leave();

    /// A call of an operator by its kernel, with numbers of the trace given by TracedArguments.
    void call(const Operator& op, Args args, IValue* results) override;
    /// Records the nodes of a graph, given what its inputs are, and what `run` has computed in their place.
    Value* call_graph(const Graph& graph, const std::vector<Value*>& inputs, FunctionRef<IValue()> run, IValue& result);
    /// Records a call of a compiled function; of a method where the first input is an object.
    Value* call_function(Function& function, const std::vector<Value*>& inputs, FunctionRef<IValue()> run,
                         IValue& result);

    /// What a value is in the function that is being recorded; what is not known becomes a constant.
    Value* value_of(const IValue& value);
    /// As above, of a container, given what its elements are.
    Value* container(const IValue& value, const std::vector<Value*>& elements);
    /// A number of this trace, wherever it was computed: the value that call_graph gave for it.
    Value* number(Value* origin);
    /// Whether the value depends on the trace, and is no constant.
    bool is_known(const IValue& tensor);
    /// A result has to: OpError otherwise.
    void check_depends(const IValue& tensor);
    /// Differs from trace to trace: a Value is of use only in the one that made it.
    uint64_t serial() const { return serial_; }

 private:
    struct Module {
        IntrusivePtr<ScriptObject> object;
        ClassTypePtr type;
        ModuleId parent = kNoModule;
        std::string name;  ///< in the parent
    };
    struct Frame {
        std::shared_ptr<Graph> graph = std::make_shared<Graph>();
        Frame* parent = nullptr;
        ModuleId module = kNoModule;
        Value* self = nullptr;
        Node* call = nullptr;  ///< in the parent's graph
        bool is_running = true;
        std::vector<std::string> input_names;
        std::unordered_map<const void*, Value*> values;  ///< by TensorImpl or, of numbers, by the Value first made
        std::unordered_map<ModuleId, Value*> modules;
        std::vector<std::unique_ptr<Frame>> calls;  ///< those that are over
    };
    struct TensorPlace {
        ModuleId module;
        std::string name;
    };

    ModuleId keep_module(Module module);
    bool is_below(ModuleId module, ModuleId root) const;
    /// In the frame, or as a result of the calls in it.
    Value* find(Frame& frame, const void* key);
    /// In the frame, or as what it is given by those around it.
    Value* find_from(Frame* frame, const void* key);
    /// Null where the module is not below the frame's.
    Value* module_value(Frame& frame, ModuleId module);
    Value* constant(const IValue& value);
    void bind(Value* value, const IValue& what);
    Value* insert(Symbol kind, std::vector<Value*> inputs, TypePtr type);
    IntrusivePtr<Function> finish(Frame& frame, Value* result);
    void finish_calls(Frame& frame);
    Graph& graph() { return *frame_->graph; }
    /// A call begins.
    void note_place() { place_ = current_place_ ? current_place_() : SourceRange(); }

    const std::shared_ptr<CompilationUnit> unit_;
    const uint64_t serial_;
    std::vector<Module> modules_;
    std::unordered_map<const void*, TensorPlace> places_;         ///< parameters and buffers, by TensorImpl
    std::unordered_map<const ScriptObject*, ModuleId> compiled_;  ///< modules that were compiled before
    std::string name_;
    std::unique_ptr<Frame> root_;
    Frame* frame_ = nullptr;
    std::unordered_map<const void*, TypePtr> observed_;  ///< types of tensors, by TensorImpl
    std::vector<IValue> alive_;  ///< so that no other tensor gets the address of one that is known
    std::unique_ptr<HandleCalls> recording_;
    std::function<SourceRange()> current_place_;
    SourceRange place_;  ///< of the call that is being recorded
};

/// The value with handles of its own on its tensors, by which a trace knows them; OpError for what is no tensor and no
/// list, tuple or dict of these.
IValue with_own_handles(const IValue& value);

/// The tracer of this thread, while it records.
Tracer* current_tracer();

}  // namespace wick::jit
