#pragma once
// Small programs as text, for tests of what they do when they run.

#include <gtest/gtest.h>
#include <memory>
#include <string>

#include <wick/support/error.h>

#include "frontend/source_importer.h"
#include "runtime/interpreter.h"

namespace wick::testing {

/// The functions and classes of one text, whose qualifier is "__torch__", as an archive of `version` would have it.
class Program {
 public:
    explicit Program(const std::string& text, const std::string& name = "program.py", int64_t version = 10)
        : importer_(
              unit_, {},
              [source = std::make_shared<Source>(text, name)](const std::string& qualifier) {
                  return qualifier == "__torch__" ? source : nullptr;
              },
              version) {}

    jit::Function& function(const std::string& name) {
        jit::Function* found = importer_.resolve_function("__torch__." + name);
        EXPECT_TRUE(found) << name;
        return *found;
    }
    /// Classes A, B, M and functions f, g, as far as the text defines them.
    void compile_all() {
        for (const char* name : {"A", "B", "M"}) importer_.resolve_type(std::string("__torch__.") + name);
        for (const char* name : {"f", "g"}) importer_.resolve_function(std::string("__torch__.") + name);
        unit_->define_all();
    }
    IValue run(const std::string& name, std::vector<IValue> arguments, const jit::RunOptions& options = {}) {
        return jit::run(function(name), std::move(arguments), options);
    }

 private:
    const std::shared_ptr<jit::CompilationUnit> unit_ = std::make_shared<jit::CompilationUnit>();
    jit::SourceImporter importer_;
};

}  // namespace wick::testing
