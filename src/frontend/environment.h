#pragma once
// The variables of a function while it is emitted.
//
// A first-class variable lives in the graph as prim::Store and prim::Load nodes, which convert_to_ssa turns into
// values; the environment only knows its type. A compile-time value lives here. Each block of the graph has a frame.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <wick/support/error.h>

#include "frontend/resolver.h"
#include "frontend/sugared_value.h"

namespace wick::jit {

class Environment {
 public:
    Environment(Graph& graph, Resolver& resolver) : graph_(graph), resolver_(resolver) {}

    struct Frame {
        Block* block;
        std::shared_ptr<Frame> parent;
        std::map<std::string, SugaredPtr> values;
        std::map<std::string, TypePtr> types;
        /// Why a name cannot be used although some branch defines it.
        std::map<std::string, CompileError> errors;
    };
    using FramePtr = std::shared_ptr<Frame>;

    void push(Block* block);
    /// Returns the frame that ends, for joining branches.
    FramePtr pop();
    Block* block() const { return frame_->block; }
    const FramePtr& frame() const { return frame_; }

    /// What the name denotes; CompileError when nothing does.
    SugaredPtr get(const std::string& name, const SourceRange& range);
    /// As a first-class value.
    Value* get_value(const std::string& name, const SourceRange& range) {
        return get(name, range)->as_value(range, graph_);
    }
    /// In this frame and those around it only; null when it is no variable.
    SugaredPtr find_variable(const std::string& name, const SourceRange& range);
    /// A variable that holds no first-class value: a module, a function, a slice; null for any other name. Emits
    /// nothing.
    SugaredPtr find_sugared(const std::string& name) const;
    /// As seen from the end of a block whose frame was popped.
    SugaredPtr find_from(const FramePtr& frame, const std::string& name, const SourceRange& range);

    /// Assigns; TorchScript's rules on reassignment: a variable of an outer block keeps its type and stays first-class.
    void set(const SourceRange& range, const std::string& name, SugaredPtr value, const TypePtr& annotation = {});
    void set(const SourceRange& range, const std::string& name, Value* value) { set(range, name, sugar(value)); }
    /// Declares the type that a joined variable has from here on.
    void set_type(const std::string& name, TypePtr type) { frame_->types[name] = std::move(type); }
    void set_error(const std::string& name, CompileError error) {
        frame_->errors.insert_or_assign(name, std::move(error));
    }
    /// Forgets the variable, in this block and those around it.
    void remove(const SourceRange& range, const std::string& name);
    /// The same, of one that may be none. True when it was one.
    bool forget(const std::string& name);
    /// For a variable of the emitter's own.
    std::string new_name() { return "$" + std::to_string(next_name_++); }
    /// Names assigned in a frame, sorted.
    static std::vector<std::string> defined_in(const Frame& frame);

 private:
    SugaredPtr load(const FramePtr& from, const std::string& name, const SourceRange& range);

    Graph& graph_;
    Resolver& resolver_;
    FramePtr frame_;
    size_t next_name_ = 0;
};

/// A name worth keeping on values: not the exporter's temporaries (`_0`) nor the emitter's own (`$x`).
bool is_meaningful_name(const std::string& name);

/// What a name means in every program: `print`, `len`, `ValueError`; null for any other.
SugaredPtr builtin_value(const std::string& name);
/// Whether Python has a builtin of that name and the language has not.
bool is_other_builtin(std::string_view name);

Node* create_load(Graph& graph, const std::string& name, const TypePtr& type);
Node* create_store(Graph& graph, const std::string& name, Value* value);

/// A variable that the emitter makes for itself, as long as this object lives; no program can name it.
class Temporary {
 public:
    Temporary(Environment& env, const SourceRange& range, SugaredPtr value);
    ~Temporary() { env_.forget(name_); }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    SugaredPtr load() const { return env_.get(name_, range_); }

 private:
    Environment& env_;
    const SourceRange range_;
    const std::string name_;
};

}  // namespace wick::jit
