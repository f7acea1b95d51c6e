#pragma once
// Classes as values of the compiler.

#include <string>
#include <vector>

#include "frontend/sugared_value.h"

namespace wick::jit {

/// A class by name: calling it makes an object.
class ClassValue : public SugaredValue {
 public:
    explicit ClassValue(TypePtr type) : type_(std::move(type)) {}
    std::string kind() const override { return "Python type"; }
    const TypePtr& type() const { return type_; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    TypePtr type_;
};

class NamedTupleValue : public SugaredValue {
 public:
    explicit NamedTupleValue(TypePtr type) : type_(std::move(type)) {}
    std::string kind() const override { return type_->str(); }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    TypePtr type_;
};

/// An enum class: its attributes are the members.
class EnumClassValue : public SugaredValue {
 public:
    explicit EnumClassValue(TypePtr type) : type_(std::move(type)) {}
    std::string kind() const override { return "EnumClass"; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    std::vector<SugaredPtr> as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t> expected) override;
    /// The list of the members.
    SugaredPtr iterator(const SourceRange& range, Graph& graph) override;

 private:
    TypePtr type_;
};

/// An exception class: calling it gives a message to raise.
class ExceptionValue : public SugaredValue {
 public:
    explicit ExceptionValue(std::string class_name, Value* message = nullptr)
        : class_name(std::move(class_name)), message(message) {}
    std::string kind() const override { return "Python exception"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;
    const std::string class_name;  ///< "" for a class whose name PyTorch does not record
    Value* const message;          ///< null for the class itself
};

/// An object of Python's that programs can't use, which they are told when they do.
class PythonValue : public SugaredValue {
 public:
    explicit PythonValue(const std::string& type) : kind_("python value of type '" + type + "'") {}
    std::string kind() const override { return kind_; }
    Value* as_value(const SourceRange& range, Graph&) override { fail_as_value(range, kind_); }

 private:
    const std::string kind_;
};

/// A class of Python's that is only known by name: `set`, `reversed`.
class PythonClassValue : public PythonValue {
 public:
    explicit PythonClassValue(std::string name) : PythonValue("type"), name_(std::move(name)) {}
    /// PyTorch leaves the call to Python, which takes tensors.
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    std::string name_;
};

}  // namespace wick::jit
