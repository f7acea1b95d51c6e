#pragma once
// Programs as text, in the dialect of Python that archives hold (`code/**.py`) and that Module.code shows.
//
// The text is PyTorch's, byte for byte: what torch.jit.save writes for the same graph. Reading it again gives the same
// graph. Values keep their names (`input.3` becomes `input`, made unique by digits: `input0`); others are inlined where
// the order of evaluation allows (source_inlining.h) or called `_0`, `_1`, …; expressions of 40 characters and more get
// statements of their own.

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include <wick/types/function.h>
#include <wick/types/type.h>

#include "archive/source_text.h"

namespace wick::jit {

/// The classes, named tuples, enums, interfaces and functions that exported code refers to, each once, in the order of
/// first mention.
class ExportDependencies {
 public:
    using Entry = std::variant<TypePtr, IntrusivePtr<Function>>;

    /// Adds the nominal types in `type`, outermost first.
    void add(const TypePtr& type);
    void add(IntrusivePtr<Function> function);
    const std::vector<Entry>& entries() const { return entries_; }

 private:
    std::vector<Entry> entries_;
    std::unordered_map<const void*, size_t> seen_;
};

/// Values that have no literal (tensors, objects, text outside ASCII): written as `CONSTANTS.cN`.
class ConstantTable {
 public:
    /// The value's number; equal tensors share one.
    size_t number_of(const IValue& value);
    const std::vector<IValue>& values() const { return values_; }

 private:
    std::vector<IValue> values_;
    std::unordered_multimap<size_t, size_t> tensors_;  // hash of dtype, sizes and elements -> number
};

class FunctionWriter;

/// Writes definitions one after the other, as the file of one module of a program holds them.
class SourceExporter {
 public:
    /// `importable`: refuse (CompileError) what could not be read again, such as closures.
    SourceExporter(ConstantTable& constants, ExportDependencies& dependencies, bool importable);
    ~SourceExporter();
    SourceExporter(SourceExporter&&) noexcept;

    /// `def f(x: Tensor) -> Tensor: …`.
    void function(Function& function);
    /// As `function`, but `self` has no type: the form of `.code`.
    void method(Function& function);
    /// A class with attributes and methods, a NamedTuple, an Enum or an interface.
    void named_type(const TypePtr& type);

    const TaggedText& text() const;

 private:
    void class_definition(const ClassType& type);
    void interface_definition(const InterfaceType& type);
    void attribute_names(std::string_view list, const std::vector<std::string>& names);

    std::unique_ptr<FunctionWriter> writer_;
};

/// A whole program as files: one for each prefix of qualified names ("__torch__.torch.nn" holds
/// "__torch__.torch.nn.Linear"), in the order in which definitions were first needed.
class ProgramSource {
 public:
    struct File {
        std::string qualifier;
        SourceExporter exporter;
        /// "code/__torch__/torch/nn.py".
        std::string record_name() const;
    };

    /// Adds the classes in `first` (those of a module's objects, in the order of pickling), the types in `type` and,
    /// after them, all that the definitions refer to. Throws OpError when two of them have one name.
    void add(const TypePtr& type, const std::vector<ClassTypePtr>& first = {});
    const std::vector<File>& files() const { return files_; }
    /// Everything that the files define.
    const std::vector<ExportDependencies::Entry>& definitions() const { return dependencies_.entries(); }
    /// What `CONSTANTS.cN` stands for: the tuple in constants.pkl.
    const std::vector<IValue>& constants() const { return constants_.values(); }

 private:
    SourceExporter& file_of(const std::string& qualified_name);
    void write_definitions();

    ConstantTable constants_;
    ExportDependencies dependencies_;
    size_t written_ = 0;  // dependencies before this one have their definition
    std::unordered_set<std::string> names_;
    std::vector<File> files_;
    std::unordered_map<std::string, size_t> file_index_;
};

/// `.code` of a method or function, and the values of its `CONSTANTS.cN`.
struct SourceAndConstants {
    std::string code;
    std::vector<IValue> constants;
};
SourceAndConstants method_source(Function& method);
SourceAndConstants function_source(Function& function);

}  // namespace wick::jit
