#include "ops/script_output.h"

#include <cstdio>
#include <utility>

namespace wick::jit {

static thread_local const ScriptOutput* t_output = nullptr;

ScriptOutputGuard::ScriptOutputGuard(const ScriptOutput* output) : saved_(std::exchange(t_output, output)) {}
ScriptOutputGuard::~ScriptOutputGuard() { t_output = saved_; }

static void write(const std::function<void(std::string_view)>* sink, FILE* stream, std::string_view text) {
    if (sink && *sink) {
        (*sink)(text);
    } else {
        std::fwrite(text.data(), 1, text.size(), stream);
    }
}

void script_print(std::string_view text) { write(t_output ? &t_output->print : nullptr, stdout, text); }
void script_warn(std::string_view text) { write(t_output ? &t_output->warn : nullptr, stderr, text); }

}  // namespace wick::jit
