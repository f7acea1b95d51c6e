#include "nn/layer_text.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <string_view>
#include <vector>

#include <wick/ops/tensor_stream.h>

#include "program/modules.h"
#include "program/session.h"

namespace wick::nn {
namespace {

/// What libtorch prints of the attributes, in its order: [.]name[:shown][!omitted], where a dot stands for a value
/// without its name, `shown` is the name that libtorch has for it, and a value that reads as `omitted` is left out.
struct Row {
    const char* classes;
    const char* fields;
};
constexpr Row kRows[] = {
    {"Linear", "in_features out_features bias"},
    {"Bilinear", "in1_features in2_features out_features bias"},
    {"Flatten", "start_dim end_dim"},
    {"Unflatten", "dim unflattened_size"},
    {"Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d",
     ".in_channels .out_channels kernel_size stride padding!0 dilation!1 output_padding!0 groups!1 bias!true "
     "padding_mode!kZeros"},
    {"BatchNorm1d BatchNorm2d BatchNorm3d InstanceNorm1d InstanceNorm2d InstanceNorm3d",
     ".num_features eps momentum affine track_running_stats"},
    {"LayerNorm RMSNorm", ".normalized_shape eps elementwise_affine"},
    {"GroupNorm", ".num_groups .num_channels eps affine"},
    {"LocalResponseNorm", ".size alpha beta k"},
    {"ReLU ReLU6 SELU Hardswish Hardsigmoid", "inplace!false"},
    {"LeakyReLU", "negative_slope inplace!false"},
    {"ELU CELU", "alpha inplace!false"},
    {"RReLU", "lower upper inplace!false"},
    {"Hardtanh", "min_val max_val inplace!false"},
    {"Threshold", "threshold value inplace!false"},
    {"Hardshrink Softshrink", ".lambd"},
    {"Softplus", "beta threshold"},
    {"PReLU", "num_parameters"},
    {"GLU Softmax LogSoftmax Softmin", "dim"},
    {"MaxPool1d MaxPool2d MaxPool3d", "kernel_size stride padding dilation ceil_mode"},
    {"AvgPool1d AvgPool2d AvgPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d", "kernel_size stride padding"},
    {"LPPool1d LPPool2d LPPool3d", "norm_type kernel_size stride ceil_mode"},
    {"AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d",
     "output_size"},
    {"Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout", "p inplace"},
    {"Embedding",
     "num_embeddings embedding_dim padding_idx!none max_norm!none norm_type!2 scale_grad_by_freq!false sparse!false"},
    {"EmbeddingBag",
     "num_embeddings embedding_dim max_norm!none norm_type!2 scale_grad_by_freq!false sparse!false mode!kMean "
     "include_last_offset!false padding_idx!none"},
    {"RNN GRU LSTM", "input_size hidden_size num_layers bias batch_first dropout bidirectional proj_size!0"},
    {"RNNCell GRUCell LSTMCell", ".input_size .hidden_size bias!true nonlinearity!kTanh"},
    {"Upsample", "scale_factor!none size!none mode"},
    {"UpsamplingNearest2d UpsamplingBilinear2d", "scale_factor!none size!none mode"},
    {"PixelShuffle", "upscale_factor"},
    {"PixelUnshuffle", "downscale_factor"},
    {"ChannelShuffle", "groups"},
    {"Fold", "output_size kernel_size dilation padding stride"},
    {"Unfold", "kernel_size dilation padding stride"},
    {"ZeroPad1d ZeroPad2d ZeroPad3d ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d "
     "ReplicationPad3d CircularPad1d CircularPad2d CircularPad3d",
     "padding"},
    {"ConstantPad1d ConstantPad2d ConstantPad3d", "padding value"},
    {"CosineSimilarity", "dim eps"},
    {"PairwiseDistance", "norm:p eps keepdim"},
    {"TripletMarginLoss", "margin p eps swap"},
    {"CosineEmbeddingLoss HingeEmbeddingLoss", "margin"},
    {"MultiMarginLoss", "p margin weight reduction"},
    {"Identity GELU SiLU Mish Sigmoid Tanh Softsign Tanhshrink LogSigmoid Softmax2d FractionalMaxPool2d "
     "FractionalMaxPool3d MSELoss L1Loss CrossEntropyLoss NLLLoss BCELoss BCEWithLogitsLoss KLDivLoss CTCLoss "
     "MarginRankingLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss SoftMarginLoss PoissonNLLLoss GaussianNLLLoss",
     ""}};

std::vector<std::string> words(std::string_view text) {
    std::istringstream stream{std::string(text)};
    std::vector<std::string> all;
    for (std::string word; stream >> word;) all.push_back(word);
    return all;
}

/// The fields of a class; null for one that is printed by its name alone.
const char* fields_of(const std::string& name) {
    static const auto table = [] {
        std::map<std::string, const char*> all;
        for (const Row& row : kRows)
            for (const std::string& one : words(row.classes)) all[one] = row.fields;
        return all;
    }();
    const auto found = table.find(name);
    return found == table.end() ? nullptr : found->second;
}

/// Of a class for three-dimensional images 3. Sizes have as many numbers, of which Python may keep one for all.
size_t dimensions_of(const std::string& name) {
    if (name == "Fold" || name == "Unfold") return 2;
    const size_t length = name.size();
    const bool has =
        length > 2 && name[length - 1] == 'd' && std::isdigit(static_cast<unsigned char>(name[length - 2]));
    return has ? static_cast<size_t>(name[length - 2] - '0') : 0;
}

bool is_size(const std::string& name) {
    return name.ends_with("kernel_size") || name.ends_with("padding") || name == "stride" || name == "dilation" ||
           name == "output_size";
}

/// A value as libtorch prints it. A number for `count` dimensions is printed so many times.
std::string value_text(const IValue& value, size_t count = 0) {
    std::ostringstream stream;
    if (value.is_none()) return "none";
    if (value.is_bool()) return value.to_bool() ? "true" : "false";
    if (value.is_list() || value.is_tuple()) {
        const std::vector<IValue>& items = value.is_list() ? value.to_list().items : value.to_tuple().elements;
        if (count == 1 && items.size() == 1) return value_text(items[0]);
        for (const IValue& item : items)
            stream << (stream.tellp() > 0 ? ", " : "") << (item.is_none() ? "None" : value_text(item));
        return "[" + stream.str() + "]";
    }
    if (count > 1) {
        for (size_t i = 0; i < count; ++i) stream << (i ? ", " : "") << value_text(value);
        return "[" + stream.str() + "]";
    }
    if (value.is_int()) stream << value.to_int();
    if (value.is_double()) stream << value.to_double();
    if (value.is_tensor()) stream << value.to_tensor();
    return stream.str();
}

/// libtorch's constant of that name: "zeros" is kZeros.
std::string constant(std::string word) {
    if (word == "relu") return "kReLU";
    if (word == "batchmean") return "kBatchMean";
    word[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(word[0])));
    return "k" + word;
}

std::string attribute_text(const std::string& name, const IValue& value, size_t dimensions) {
    if (value.is_string()) return name == "padding" ? "'" + value.to_string() + "'" : constant(value.to_string());
    if (name == "bias" && !value.is_bool()) return value.is_none() ? "false" : "true";
    if (name == "weight" && value.is_none()) return "[ Tensor (undefined) ]";
    std::string text = value_text(value, is_size(name) ? dimensions : 0);
    if (name == "unflattened_size") text = "{" + text.substr(1, text.size() - 2) + "}";
    return text;
}

/// "0" and "[0, 0]" read as 0.
bool reads_as(const std::string& text, const std::string& omitted) {
    std::string one = text;
    std::ranges::replace_if(
        one, [](char c) { return c == '[' || c == ']' || c == ','; }, ' ');
    const std::vector<std::string> all = words(one);
    return !all.empty() && std::ranges::all_of(all, [&](const std::string& word) { return word == omitted; });
}

std::string arguments_text(jit::Session& session, const IValue& object, const std::string& name, const char* fields) {
    std::string text;
    for (std::string field : words(fields)) {
        const bool has_name = field[0] != '.';
        const std::string omitted = field.find('!') == field.npos ? "" : field.substr(field.find('!') + 1);
        field = field.substr(has_name ? 0 : 1, field.find('!') - (has_name ? 0 : 1));
        const std::string attribute = field.substr(0, field.find(':'));
        IValue value;
        if (!session.find_attribute(object, attribute, value)) continue;
        // Python's may be left to the call.
        if (attribute == "stride" && value.is_none()) value = session.attribute(object, "kernel_size");
        const std::string one = attribute_text(attribute, value, dimensions_of(name));
        if (!omitted.empty() && reads_as(one, omitted)) continue;
        text += (text.empty() ? "" : ", ") + (has_name ? field.substr(field.find(':') + 1) + "=" : "") + one;
    }
    return text;
}

/// libtorch's name of the class.
std::string class_text(const std::string& name) {
    if (name == "NonDynamicallyQuantizableLinear") return "Linear";
    return name.starts_with("Transformer") ? name + "Impl" : name;
}

}  // namespace

std::string layer_text(jit::Session& session, const IValue& object) {
    const auto& module = *jit::thing_as<jit::ModuleObject>(object);
    const std::string name = class_text(module.kind());
    std::string text = "torch::nn::" + name;
    if (const char* fields = fields_of(name)) text += "(" + arguments_text(session, object, name, fields) + ")";
    std::string inner;
    for (const auto& [key, child] : module.modules->items()) {
        if (child.is_none()) continue;
        std::string one = layer_text(session, child);
        for (size_t at = one.find('\n'); at != one.npos; at = one.find('\n', at + 3)) one.insert(at + 1, "  ");
        inner += "  (" + key.to_string() + "): " + one + "\n";
    }
    return inner.empty() ? text : text + "(\n" + inner + ")";
}

}  // namespace wick::nn
