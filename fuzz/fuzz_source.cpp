// Any bytes as source text: parsing and compiling end with a program or with a CompileError, within bounded stack and time.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <wick/support/error.h>

#include "frontend/source_importer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace wick;
    const auto source = std::make_shared<Source>(std::string(reinterpret_cast<const char*>(data), size), "fuzz.py");
    const auto unit = std::make_shared<jit::CompilationUnit>();
    jit::SourceImporter importer(unit, {}, [&](const std::string& qualifier) { return qualifier == "__torch__" ? source : nullptr; }, 10);
    try {
        importer.resolve_type("__torch__.M");
        importer.resolve_function("__torch__.f");
        unit->define_all();
        importer.operator_uses();
    } catch (const CompileError&) {
    }
    return 0;
}
