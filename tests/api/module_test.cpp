// Module as users of C++ see it: attributes, parameters, calls, loading from anywhere.

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include <wick/wick.h>

#include "api/fixtures.h"
#include "names_of.h"
#include "ops/print_value.h"
#include "ops/tensor_ops.h"

namespace wick::jit {
namespace {

using testing::Names;
using testing::names_of;

Module load_fixture(const std::string& name) { return load(WICK_TEST_DATA "/t213/" + name + ".pt"); }

template <class Act>
std::string error_of(const Act& act) {
    try {
        act();
    } catch (const Error& error) {
        return error.what();
    }
    ADD_FAILURE() << "no error";
    return "";
}

TEST(Module, AttributesByName) {
    const Module module = load_fixture("attributes");
    EXPECT_EQ(python_repr(module.attr("names")), R"(['a', 'b\n"quoted"', 'été ☃'])");
    EXPECT_EQ(module.attr("big").to_int(), int64_t{1} << 40);
    EXPECT_EQ(python_repr(module.attr("nested")), "{1: [(1.5, True)], -7: []}");
    EXPECT_TRUE(module.attr("nothing").is_none());
    EXPECT_TRUE(module.hasattr("counter"));
    EXPECT_FALSE(module.hasattr("missing"));
    EXPECT_EQ(module.attr("missing", IValue(5)).to_int(), 5);
    EXPECT_EQ(error_of([&] { module.attr("missing"); }),
              "__torch__.nets.Attributes does not have a field with name 'missing'");
    EXPECT_EQ(module.type_name(), "__torch__.nets.Attributes");
}

TEST(Module, MayBeMadeEmptyAndAssignedLater) {
    Module module;
    EXPECT_THROW(module.forward({}), OpError);
    EXPECT_THROW(module.named_parameters(), OpError);
    module = load_fixture("attributes");
    module.to(Device{});
    EXPECT_FALSE(module.get_methods().empty());
}

TEST(Module, SetattrChecksTheType) {
    Module module = load_fixture("attributes");
    module.setattr("big", IValue(7));
    EXPECT_EQ(module.attr("big").to_int(), 7);
    module.setattr("nothing", IValue(3));
    EXPECT_EQ(module.attr("nothing").to_int(), 3);
    EXPECT_EQ(error_of([&] { module.setattr("big", IValue("text")); }),
              "attribute 'big' of __torch__.nets.Attributes has type int, got a value of type str");
    EXPECT_NE(error_of([&] { module.setattr("missing", IValue(1)); }).find("does not have a field"), std::string::npos);
    EXPECT_EQ(module.attr("big").to_int(), 7);
}

TEST(Module, NamesParametersBuffersAndModules) {
    const Module module = load_fixture("attributes");
    EXPECT_EQ(names_of(module.named_parameters()), (Names{"weight", "tied", "frozen", "small", "params.0", "params.1",
                                                          "parts.one.weight", "parts.one.bias"}));
    EXPECT_EQ(names_of(module.named_parameters(false)), (Names{"weight", "tied", "frozen", "small"}));
    const Names buffers = names_of(module.named_buffers());
    EXPECT_EQ(buffers.front(), "view");
    EXPECT_EQ(buffers.back(), "local");
    EXPECT_EQ(names_of(module.named_children()), (Names{"params", "parts"}));
    EXPECT_EQ(names_of(module.named_modules()), (Names{"", "params", "parts", "parts.one", "parts.two"}));
    EXPECT_EQ(module.parameters().size(), 8u);
    EXPECT_EQ(module.buffers().size(), buffers.size());
    EXPECT_TRUE(module.parameters()[0].impl()->requires_grad);
    EXPECT_FALSE(module.parameters()[2].impl()->requires_grad);
    EXPECT_TRUE(module.parameters()[0].is_same(module.parameters()[1])) << "tied weights are one tensor";
}

TEST(Module, TrainAndEvalReachEverySubmodule) {
    Module module = load_fixture("attributes");
    const bool before = module.is_training();
    module.train(!before);
    for (const auto& [name, submodule] : module.named_modules()) EXPECT_EQ(submodule.is_training(), !before) << name;
    module.eval();
    EXPECT_FALSE(module.is_training());
}

TEST(Module, ToConvertsFloatingPointOnly) {
    Module module = load_fixture("attributes");
    module.to(DType::float64);
    EXPECT_EQ(module.attr("weight").to_tensor().dtype(), DType::float64);
    EXPECT_EQ(module.attr("brain").to_tensor().dtype(), DType::float64);
    EXPECT_EQ(module.attr("bytes").to_tensor().dtype(), DType::uint8);
    EXPECT_TRUE(module.attr("weight").to_tensor().impl()->requires_grad);
    EXPECT_EQ(error_of([&] { module.to(DType::int64); }),
              "Module.to only accepts floating point or complex dtypes, but got desired dtype=int64");
    Module mlp = load_fixture("mlp");
    mlp.to(DType::float64);
    const testing::Fixture fixture{"t213", "mlp"};
    const testing::FixtureCall call = fixture.cases()[0].calls[0];
    const IValue result = mlp.forward({ops::to_dtype(call.arguments[0].to_tensor(), DType::float64)});
    EXPECT_EQ(testing::differences(ops::to_dtype(result.to_tensor(), DType::float32), call.output, {}), Names{});
}

TEST(Module, CallsByPositionKeywordAndDefault) {
    const Module module = load_fixture("control_flow");
    EXPECT_EQ(module.run_method("collatz", 6).to_int(), 8);
    EXPECT_EQ(module.get_method("collatz")({}, {{"n", 6}}).to_int(), 8);
    const std::string missing = error_of([&] { module.get_method("collatz")({}); });
    EXPECT_TRUE(missing.starts_with("collatz() is missing value for argument 'n'. Declaration: collatz(")) << missing;
    const std::string unknown = error_of([&] { module.get_method("collatz")({6}, {{"m", 6}}); });
    EXPECT_TRUE(unknown.starts_with("collatz() got an unexpected keyword argument 'm'")) << unknown;
    const std::string twice = error_of([&] { module.get_method("collatz")({6}, {{"n", 6}}); });
    EXPECT_TRUE(twice.starts_with("collatz() got multiple values for argument 'n'")) << twice;
    const std::string many = error_of([&] { module.get_method("collatz")({6, 7}); });
    EXPECT_TRUE(many.starts_with("collatz() expected at most 2 argument(s) but received 3 argument(s).")) << many;
    const std::string wrong = error_of([&] { module.get_method("collatz")({"six"}); });
    EXPECT_TRUE(wrong.starts_with(
        "collatz() Expected a value of type 'int' for argument 'n' but instead found type 'str'.\nPosition: 1"))
        << wrong;
    EXPECT_EQ(
        error_of([&] { module.get_method("nothing"); }),
        "Method 'nothing' is not defined on __torch__.nets.ControlFlow. Its methods: forward, collatz, containers, "
        "early, fail, numbers, slicing, strings, union");
    EXPECT_FALSE(module.find_method("nothing").has_value());
    EXPECT_EQ(module.get_methods().size(), 9u);
}

TEST(Module, ExceptionsOfTheProgramComeThrough) {
    const Module module = load_fixture("control_flow");
    for (int64_t n : {-1, 0, 1, 2, 3}) {
        try {
            module.run_method("fail", n);
        } catch (const ScriptError& error) {
            EXPECT_NE(std::string(error.what()).find(error.message()), std::string::npos);
            EXPECT_NE(std::string(error.what()).find("nets.py"), std::string::npos);
            return;
        }
    }
    FAIL() << "fail() never failed";
}

TEST(Module, LoadsFromAFileFromMemoryAndFromAStream) {
    const testing::Fixture fixture{"t213", "mlp"};
    const testing::FixtureCall call = fixture.cases()[0].calls[0];
    const std::string bytes = testing::read_text(fixture.archive());
    const Module from_memory = load(bytes.data(), bytes.size());
    std::ifstream stream(fixture.archive(), std::ios::binary);
    const Module from_stream = load(stream);
    for (const Module& module : {from_memory, from_stream})
        EXPECT_EQ(testing::differences(module.forward(call.arguments), call.output, {}), Names{});
    const char* weight = static_cast<const char*>(from_memory.parameters()[0].data_ptr());
    EXPECT_TRUE(weight >= bytes.data() && weight < bytes.data() + bytes.size()) << "weights are not copied";
    EXPECT_THROW(load("/nonexistent/model.pt"), ArchiveError);
    EXPECT_THROW(load(bytes.data(), bytes.size() / 2), ArchiveError);
    EXPECT_THROW(load(nullptr, 0), ArchiveError);
}

TEST(Module, ExtraFilesTravelBothWays) {
    ExtraFiles extra;
    LoadOptions options;
    options.extra_files = &extra;
    const Module module = load(WICK_TEST_DATA "/t213/customs.pt", options);
    ASSERT_EQ(extra.size(), 2u);
    EXPECT_EQ(extra.at("labels.json").size(), 15u);
    const std::string saved = module.save_to_memory({{"note.txt", "hello"}, {"empty", ""}});
    ExtraFiles again;
    options.extra_files = &again;
    load(saved.data(), saved.size(), options);
    EXPECT_EQ(again, (ExtraFiles{{"note.txt", "hello"}, {"empty", ""}}));
}

TEST(Module, SavesWhatItLoads) {
    const testing::Fixture fixture{"t213", "attributes"};
    Module module = load(fixture.archive());
    module.setattr("big", IValue(11));
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "wick_module_test.pt";
    module.save(path.string());
    const Module again = load(path.string());
    std::filesystem::remove(path);
    EXPECT_EQ(again.attr("big").to_int(), 11);
    EXPECT_EQ(names_of(again.named_attributes()), names_of(module.named_attributes()));
}

TEST(Module, SetstateRunsOnRequestOnly) {
    const std::string path = WICK_TEST_DATA "/t213/setstate.pt";
    EXPECT_NO_THROW(load(path));
    LoadOptions options;
    options.run_setstate = false;
    EXPECT_NE(error_of([&] { load(path, options); }).find("restored by its __setstate__"), std::string::npos);
}

TEST(Module, WrapsTheCallersMemory) {
    bool released = false;
    std::vector<float> values{1, 2, 3, 4, 5, 6};
    {
        const Tensor x = from_blob(values.data(), {2, 3}, DType::float32, [&] { released = true; });
        EXPECT_EQ(x.data_ptr(), values.data());
        values[4] = 50;
        EXPECT_EQ(x.data<float>()[4], 50);
        x.mutable_data<float>()[0] = 10;
        EXPECT_EQ(values[0], 10);
        const IValue kept = x;
        EXPECT_FALSE(released);
    }
    EXPECT_TRUE(released);
    EXPECT_THROW(from_blob(values.data(), {-1}, DType::float32), OpError);
    EXPECT_THROW(from_blob(values.data(), {int64_t{1} << 62, 8}, DType::float32), OpError);
}

TEST(Module, CopiesShareTheModule) {
    Module module = load_fixture("attributes");
    const Module copy = module;
    module.setattr("big", IValue(5));
    EXPECT_EQ(copy.attr("big").to_int(), 5);
}

}  // namespace
}  // namespace wick::jit
