// A program that runs TorchScript from libtorch: loaded modules, compiled texts, values and containers. With
// WICK_AS_LIBTORCH it is one for wick, and what it prints stays what libtorch printed: scripts.out.

#ifdef WICK_AS_LIBTORCH
#include <wick/libtorch.h>
#else
#include <torch/script.h>
#include <torch/torch.h>
#endif

#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace {

void run_a_module(const std::string& folder) {
    torch::jit::script::Module module;
    try {
        module = torch::jit::load(folder + "/no_such_file.pt");
    } catch (const c10::Error&) {
        std::cout << "error loading the model\n";
    }
    module = torch::jit::load(folder + "/mlp.pt");
    module.eval();
    std::vector<torch::jit::IValue> inputs;
    inputs.push_back(torch::ones({1, 512}));
    at::Tensor output = module.forward(inputs).toTensor();
    std::cout << output.sizes() << "\n" << output.slice(/*dim=*/1, /*start=*/0, /*end=*/2).sizes() << "\n";
    std::cout << module.forward({torch::ones({2, 512})}).toTensor().argmax(1).sizes() << "\n";
    std::cout << module.get_method("forward")(inputs).toTensor().equal(output) << "\n";
    std::cout << module.run_method("forward", torch::ones({1, 512})).toTensor().equal(output) << "\n";

    int64_t count = 0;
    for (const auto& parameter : module.named_parameters()) {
        std::cout << parameter.name << " " << parameter.value.sizes() << "\n";
        count += parameter.value.numel();
    }
    for (const auto& tensor : module.parameters()) count -= tensor.numel();
    std::cout << count << " " << module.named_parameters().size() << " " << module.hasattr("training") << "\n";
    for (const auto& child : module.named_children()) std::cout << child.name << " ";
    std::cout << module.is_training() << module.find_method("backward").has_value() << "\n";

    torch::jit::Module copy = module.deepcopy();
    torch::NoGradGuard guard;
    for (auto parameter : copy.parameters()) parameter.zero_();
    std::cout << copy.forward(inputs).toTensor().abs().sum().item<float>() << " "
              << module.forward(inputs).toTensor().equal(output) << "\n";
    copy.to(torch::kFloat64);
    std::cout << copy.forward({torch::ones({1, 512}, torch::kFloat64)}).toTensor().scalar_type() << "\n";
    torch::jit::Module frozen = torch::jit::freeze(module);
    std::cout << torch::allclose(frozen.forward(inputs).toTensor(), output, 1e-4, 1e-5) << "\n";

    std::stringstream stream;
    module.save(stream);
    std::cout << torch::jit::load(stream).forward(inputs).toTensor().equal(output) << "\n";
}

const char* const kProgram = R"(
def pair(x, y):
    return x + y, [x, y]

def describe(n: int, f: float, s: str, flag: bool):
    return {"n": n, "twice": 2 * n}, s + str(flag), f if flag else None

def total(xs: List[Tensor], weights: Dict[str, float], sizes: Tuple[int, int]):
    result = torch.zeros(sizes)
    for x in xs:
        result = result + x * weights["w"]
    return result

def count(names: List[str], last: Optional[int]) -> int:
    return len(names) + (last if last is not None else 100)
)";

void call_functions() {
    auto program = torch::jit::compile(kProgram);
    torch::jit::IValue result = program->run_method("pair", torch::ones({2}), torch::full({2}, 2.0));
    std::cout << result.isTuple() << result.isTensor() << "\n";
    auto outputs = result.toTuple();
    std::cout << outputs->elements().size() << "\n" << outputs->elements()[0].toTensor() << "\n";
    for (const at::Tensor& one : outputs->elements()[1].toTensorVector()) std::cout << one << "\n";
    c10::List<at::Tensor> list = outputs->elements()[1].toTensorList();
    std::cout << list.size() << " " << list.get(1).sum().item<double>() << "\n";

    auto description = program->run_method("describe", 3, 1.5, "it is ", true).toTuple()->elements();
    c10::impl::GenericDict dict = description[0].toGenericDict();
    std::cout << dict.at("n").toInt() << dict.at("twice").toInt() << dict.contains("thrice") << dict.size() << "\n";
    for (const auto& entry : dict) std::cout << entry.key().toStringRef() << "=" << entry.value().toInt() << " ";
    std::cout << description[1].toStringRef() << " " << description[2].toDouble() << description[2].isNone() << "\n";

    c10::List<at::Tensor> tensors;
    tensors.push_back(torch::ones({2, 2}));
    tensors.push_back(torch::full({2, 2}, 2.0));
    c10::Dict<std::string, double> weights;
    weights.insert("w", 0.5);
    std::cout << program->run_method("total", tensors, weights, std::make_tuple(2, 2)).toTensor() << "\n";
    std::cout << program->run_method("count", std::vector<std::string>{"a", "b"}, 5).toInt()
              << program->run_method("count", c10::List<std::string>({"a"}), c10::IValue()).toInt() << "\n";
}

void use_containers() {
    c10::List<int64_t> numbers({3, 1, 2});
    c10::List<int64_t> same = numbers;
    same.push_back(7);
    int64_t sum = 0;
    for (int64_t number : numbers) sum += number;
    std::cout << sum << numbers.size() << numbers.vec().back() << numbers.empty() << "\n";
    numbers.set(0, 10);
    std::cout << same.get(0) << same[1] << "\n";

    c10::Dict<std::string, at::Tensor> tensors;
    std::cout << tensors.insert("a", torch::ones({1})).second << "\n";
    std::cout << tensors.insert("a", torch::ones({1})).second << "\n";
    tensors.insert_or_assign("a", torch::full({1}, 4.0));
    tensors.insert("b", torch::zeros({1}));
    std::cout << tensors.at("a").item<float>() << tensors.size() << tensors.erase("b") << tensors.contains("b")
              << (tensors.find("a") != tensors.end()) << (tensors.find("c") == tensors.end()) << "\n";
    std::cout << tensors.find("a")->value().item<float>() << "\n";

    c10::IValue tuple = c10::ivalue::Tuple::create({1, 2.5, "three"});
    std::cout << tuple.toTuple()->elements()[1].toDouble() << tuple.toTuple()->elements()[2].toStringRef() << "\n";
    auto [whole, part] = c10::ivalue::Tuple::create({1, 2.5})->size() == 2
                             ? c10::IValue(std::make_tuple(int64_t(4), 0.25)).to<std::tuple<int64_t, double>>()
                             : std::tuple<int64_t, double>();
    std::cout << whole << part << "\n";
    c10::IValue value = std::vector<double>{1.5, 2.5};
    std::cout << value.isDoubleList() << value.isIntList() << value.toDoubleVector()[1] << value.toListRef().size()
              << "\n";
    c10::IValue map = std::unordered_map<std::string, int64_t>{{"k", 9}};
    std::cout << map.isGenericDict() << map.toGenericDict().at("k").toInt() << "\n";
    std::cout << c10::IValue(torch::ones({1})).to<at::Tensor>().item<float>() << c10::IValue(3).to<int64_t>()
              << c10::IValue(true).toBool() << c10::IValue("s").toStringView() << c10::IValue(2.5).toScalar().toDouble()
              << c10::IValue(std::optional<int64_t>()).isNone() << "\n";
}

void keep_statistics() {
    torch::nn::BatchNorm2d norm(2);
    norm->forward(torch::ones({2, 2, 2, 2}));
    std::cout << norm->running_mean << "\n" << norm->num_batches_tracked.item<int64_t>() << "\n";
    norm->reset_running_stats();
    std::cout << norm->running_mean << "\n"
              << norm->running_var << "\n"
              << norm->num_batches_tracked.item<int64_t>() << "\n";
}

}  // namespace

int main(int, char** arguments) {
    std::cout << std::boolalpha;
    run_a_module(arguments[1]);  // the folder of archives that PyTorch wrote
    call_functions();
    use_containers();
    keep_statistics();
}
