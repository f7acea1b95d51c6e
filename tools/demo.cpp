// make demo: runs archives that PyTorch wrote and prints what wick gives beside what PyTorch had given, with times.
// demo DATA: the folder tests/data, whose README tells what the files are.

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string>
#include <vector>

#include <wick/wick.h>

#include "archive/torch_save.h"
#include "cli/compare.h"
#include "cli/plain_value.h"
#include "ops/print_value.h"
#include "ops/tensor_ops.h"

namespace wick {
namespace {

struct Show {
    const char* title;
    const char* pytorch;  ///< the version that wrote the archive
    const char* model;    ///< path in DATA without ".pt"
    const char* method = "forward";
    const char* recorded = "";  ///< ".N": which recorded call; the first has no number
};

constexpr Show kShows[] = {
    {"multilayer perceptron 512-256-128-2, scripted", "2.13", "t213/mlp"},
    {"convolutional network, scripted", "1.13", "t113/convnet"},
    {"LSTM of two layers in both directions, scripted", "2.13", "t213/lstm"},
    {"Transformer encoder with masks, scripted", "1.13", "t113/transformer_encoder"},
    {"BERT of Hugging Face transformers, traced", "2.13", "t213/bert_tiny"},
    {"decoder with a cache of keys and values, generation loop in script", "2.13", "t213/kv_decoder", "generate", ".2"},
    {"beam search in script", "2.13", "t213/beam_search"},
    {"strings: script code that computes no tensor", "2.13", "t213/control_flow", "strings", ".15"},
    {"torchvision's nms, roi_align and deform_conv2d", "1.13", "t113/vision_ops"},
    {"torchvision's Faster R-CNN detector", "1.13", "t113/detector"},
};

constexpr size_t kWidth = 92;

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string time_text(double seconds) {
    if (seconds < 1e-3) return fmt::format("{:.0f} µs", seconds * 1e6);
    return fmt::format("{:.1f} ms", seconds * 1e3);
}

std::string cut(std::string text) {
    if (text.size() > kWidth) text = text.substr(0, kWidth - 2) + " …";
    return text;
}

/// "float32[1, 2]  0.03158  -0.01204": the first elements.
std::string tensor_text(const Tensor& tensor) {
    std::string text = fmt::format("{}[{}] ", name_of(tensor.dtype()), fmt::join(tensor.sizes(), ", "));
    const Tensor wide = ops::contiguous(ops::to_dtype(tensor, DType::float64), MemoryFormat::contiguous);
    constexpr int64_t kShown = 5;
    for (int64_t i = 0; i < std::min(kShown, wide.numel()); ++i)
        text += is_floating(tensor.dtype()) ? fmt::format(" {:.5f}", wide.data<double>()[i])
                                            : fmt::format(" {:g}", wide.data<double>()[i]);
    return text + (wide.numel() > kShown ? " …" : "");
}

/// One line for each tensor, and for what is no tensor its Python form.
void lines_of(const IValue& value, std::vector<std::string>& lines) {
    if (value.is_tensor()) {
        lines.push_back(tensor_text(value.tensor_ref()));
    } else if (value.is_tuple()) {
        for (const IValue& item : value.to_tuple().elements) lines_of(item, lines);
    } else if (value.is_list() && !value.to_list().items.empty() && !value.to_list().items[0].is_scalar() &&
               !value.to_list().items[0].is_string()) {
        for (const IValue& item : value.to_list().items) lines_of(item, lines);
    } else if (value.is_dict()) {
        for (const auto& [key, item] : value.to_dict().items()) {
            const size_t first = lines.size();
            lines_of(item, lines);
            for (size_t i = first; i < lines.size(); ++i) lines[i] = jit::python_str(key) + ": " + lines[i];
        }
    } else {
        lines.push_back(jit::python_repr(value));
    }
}

void print_value(const char* whose, const IValue& value) {
    constexpr size_t kLines = 2;
    std::vector<std::string> lines;
    lines_of(value, lines);
    for (size_t i = 0; i < std::min(kLines, lines.size()); ++i)
        fmt::print("  {:<9}{}\n", i == 0 ? whose : "", cut(lines[i]));
    if (lines.size() > kLines) fmt::print("  {:<9}and {} more\n", "", lines.size() - kLines);
}

bool show(const std::string& data, const Show& one) {
    const std::string archive = fmt::format("{}/{}.pt", data, one.model);
    const std::string inputs = fmt::format("{}/{}{}.inputs.pt", data, one.model, one.recorded);
    const std::string outputs = fmt::format("{}/{}{}.outputs.pt", data, one.model, one.recorded);
    const bool is_forward = std::string_view(one.method) == "forward";
    fmt::print("\n{}   (PyTorch {})\n", one.title, one.pytorch);
    fmt::print("  $ wick run {}{}{} --inputs {}\n", archive, is_forward ? "" : " --method ",
               is_forward ? "" : one.method, inputs);

    auto start = Clock::now();
    const jit::Module module = jit::load(archive);
    const double load = seconds_since(start);
    const std::vector<IValue> arguments = archive::load_torch_file(inputs).to_tuple().elements;
    const IValue expected = archive::load_torch_file(outputs);
    start = Clock::now();
    const IValue result = cli::plain_value(module.get_method(one.method)(arguments));
    const double first = seconds_since(start);

    std::vector<double> later;
    constexpr size_t kCalls = 1000;
    constexpr double kSeconds = 0.3;
    for (const auto begin = Clock::now(); later.size() < kCalls && seconds_since(begin) < kSeconds;) {
        start = Clock::now();
        module.get_method(one.method)(arguments);
        later.push_back(seconds_since(start));
    }
    std::nth_element(later.begin(), later.begin() + later.size() / 2, later.end());

    print_value("wick", result);
    print_value("PyTorch", expected);
    const cli::Comparison comparison = cli::compare(result, expected);
    if (comparison.differences.empty() && comparison.largest == 0)
        fmt::print("  equal    in every element\n");
    else if (comparison.differences.empty())
        fmt::print("  equal    largest difference {:.1e}\n", comparison.largest);
    else
        fmt::print("  DIFFERENT  {}\n", comparison.differences[0]);
    fmt::print("  times    load {}, first call {}, later calls {}\n", time_text(load), time_text(first),
               time_text(later[later.size() / 2]));
    return comparison.differences.empty();
}

}  // namespace
}  // namespace wick

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: demo DATA\n");
        return 2;
    }
    fmt::print(
        "Archives that PyTorch wrote, run by wick. \"PyTorch\" is what PyTorch had given, recorded beside the "
        "archive.\n");
    size_t equal = 0;
    for (const wick::Show& one : wick::kShows) {
        try {
            equal += wick::show(argv[1], one);
        } catch (const wick::Error& error) {
            const std::string message = error.what();
            fmt::print("  FAILED   {}\n", message.substr(0, message.find('\n')));
        }
    }
    fmt::print("\n{} of {} give PyTorch's results.\n", equal, std::size(wick::kShows));
    return equal == std::size(wick::kShows) ? 0 : 1;
}
