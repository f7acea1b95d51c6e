#include "cli/compile_all.h"

#include <algorithm>

#include <wick/support/error.h>

#include "cli/progress.h"

namespace wick::cli {

std::vector<std::string> compile_all(const jit::LoadedArchive& archive) {
    std::vector<std::string> errors;
    Progress progress("compiling", static_cast<int64_t>(archive.unit->functions().size()));
    // Compiling one function may import others, which are added behind it.
    for (size_t i = 0; i < archive.unit->functions().size(); ++i) {
        progress.set_total(static_cast<int64_t>(archive.unit->functions().size()));
        const IntrusivePtr<jit::Function> function = archive.unit->functions()[i];
        try {
            function->ensure_defined();
        } catch (const CompileError& error) {
            if (std::find(errors.begin(), errors.end(), error.what()) == errors.end()) errors.push_back(error.what());
        }
        progress.advance();
    }
    return errors;
}

}  // namespace wick::cli
