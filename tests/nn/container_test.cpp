// Sequential, ModuleList, ModuleDict, AnyModule; copies of modules, and how they are printed.

#include <gtest/gtest.h>
#include <sstream>
#include <tuple>

#include <wick/nn.h>

#include "names_of.h"

namespace wick::nn {
namespace {

using testing::Names;
using testing::names_of;

bool are_close(const Tensor& a, const Tensor& b) { return allclose(a, b, 1e-4, 1e-5); }

template <class T>
std::string printed(const T& module) {
    std::ostringstream stream;
    stream << module;
    return stream.str();
}

template <class F>
std::string message_of(F call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

struct AddImpl : Cloneable<AddImpl> {
    explicit AddImpl(double start = 1) : start(start) { reset(); }
    void reset() override {
        shift = register_parameter("shift", full({1}, start));
        fc = register_module("fc", Linear(2, 2));
    }
    Tensor forward(const Tensor& a, const Tensor& b, double factor = 1) const { return fc(a + b * factor) + shift; }
    void pretty_print(std::ostream& stream) const override { stream << "Add(" << start << ")"; }

    double start;
    Tensor shift;
    Linear fc{nullptr};
};
WICK_MODULE(Add);

struct Plain : Module {
    Tensor forward(const Tensor& x) const { return x; }
};

TEST(NnSequential, RunsModulesAndFunctionsInOrder) {
    const Sequential net(
        Linear(3, 4), ReLU(), [](const Tensor& x) { return x + 1; }, Linear(4, 2));
    EXPECT_EQ(names_of(net.named_parameters()), (Names{"0.weight", "0.bias", "3.weight", "3.bias"}));
    const Tensor x = randn({2, 3});
    const Tensor hidden = relu(linear(x, net.tensor("0.weight"), net.tensor("0.bias"))) + 1;
    EXPECT_TRUE(are_close(net(x), linear(hidden, net.tensor("3.weight"), net.tensor("3.bias"))));
}

TEST(NnSequential, NamesAndCopies) {
    Sequential net;
    net->push_back("first", Linear(2, 2));
    const Sequential copy = net;
    net->push_back(std::make_shared<Plain>());
    EXPECT_EQ(copy.size(), 2u);
    EXPECT_EQ(names_of(copy.named_children()), (Names{"first", "1"}));
    Sequential later{nullptr};
    later = net;
    EXPECT_EQ(later->size(), 2u);
}

TEST(NnContainers, ListsAndDicts) {
    ModuleList list(Linear(2, 3), ReLU());
    list->push_back(Linear(3, 1));
    Tensor x = ones({1, 2});
    for (const auto& module : list)
        if (const auto* linear = module->as<Linear>()) x = linear->forward(x);
    EXPECT_EQ(x.sizes(), IntArrayRef({1, 1}));
    EXPECT_NE(list[1]->as<ReLU>(), nullptr);
    EXPECT_THROW(list[3], IndexError);
    EXPECT_EQ(list.named_parameters().back().first, "2.bias");

    ModuleDict dict;
    dict->insert("encoder", Linear(2, 3));
    dict->insert("decoder", Linear(3, 2));
    EXPECT_EQ(dict->keys(), (std::vector<std::string>{"encoder", "decoder"}));
    EXPECT_TRUE(dict->contains("encoder"));
    EXPECT_EQ(dict["decoder"]->as<Linear>()->weight.size(0), 2);
    EXPECT_THROW(dict["other"], OpError);
    EXPECT_THROW(dict->insert("encoder", ReLU()), OpError);
}

TEST(NnSequential, FirstTakesSeveralInputs) {
    Add add(2);
    Sequential net(add, ReLU());
    const Tensor a = ones({1, 2}), b = full({1, 2}, 3);
    EXPECT_TRUE(net->forward(a, b).equal(add->forward(a, b).relu()));
    EXPECT_TRUE(net->forward(a, b, 0.5).equal(add->forward(a, b, 0.5).relu()));
    EXPECT_EQ(message_of([&] { net->forward(a); }),
              "torch::nn::(anonymous namespace)::AddImpl's forward() method expects 3 argument(s), but received 1.");
    using States = std::tuple<Tensor, std::tuple<Tensor, Tensor>>;
    Sequential recurrent(Linear(2, 3), LSTM(3, 4));
    EXPECT_EQ(std::get<0>(recurrent->forward<States>(ones({5, 2}))).sizes(), IntArrayRef({5, 4}));
}

TEST(NnSequential, ModulesHaveNamesAndNumbers) {
    Sequential net({{"fc", Linear(2, 3)}, {"add", Add()}, {"relu", ReLU()}});
    net->push_back("last", AnyModule(Linear(3, 1)));
    EXPECT_EQ(names_of(net->named_children()), (Names{"fc", "add", "relu", "last"}));
    EXPECT_EQ(net->at<Linear>(0).weight.size(0), 3);
    EXPECT_EQ(net->at<AddImpl>(1).start, 1);
    EXPECT_NE(net->ptr(2)->as<ReLU>(), nullptr);
    EXPECT_EQ(message_of([&] { net->at<Linear>(2); }),
              "Attempted to cast module of type torch::nn::ReLU to type torch::nn::Linear");
    EXPECT_THROW(net[4], IndexError);
    Sequential longer;
    EXPECT_TRUE(longer->is_empty());
    longer->extend(*net);
    EXPECT_EQ(longer->size(), 4u);
}

TEST(NnSequential, NestsAndTakesFunctions) {
    const Sequential net(Sequential({{"drop", Dropout(0)}}), Functional(leaky_relu, 0.5),
                         [](const Tensor& x) { return x * 2; });
    EXPECT_TRUE(net->forward(tensor({-1.0, 1.0})).equal(tensor({-1.0, 2.0})));
    EXPECT_EQ(net->named_children().size(), 3u);
}

TEST(NnAnyModule, HasAModuleOfAnyClass) {
    AnyModule any(Linear(2, 3));
    EXPECT_EQ(any.forward(ones({1, 2})).size(1), 3);
    EXPECT_EQ(any.get<Linear>().weight.size(0), 3);
    EXPECT_EQ(any.ptr()->name(), "torch::nn::Linear");
    const Tensor weight = any.get<Linear>().weight;
    EXPECT_FALSE(any.clone().get<Linear>().weight.is_same(weight));
    EXPECT_EQ(message_of([&] { any.forward(1); }),
              "Expected argument #0 to be of type wick::Tensor, but received value of type int");
    EXPECT_EQ(message_of([&] {
                  any.forward<int>(ones({1, 2}));
              }),
              "Attempted to cast AnyValue to int, but its actual type is wick::Tensor");
    any = AnyModule();
    EXPECT_TRUE(any.is_empty());
    EXPECT_EQ(message_of([&] { any.forward(1); }), "Cannot call forward() on an empty AnyModule");
}

TEST(NnClone, LayersShareNothing) {
    Linear fc(2, 3);
    fc->to(kFloat64);
    fc->eval();
    const Linear copy(std::dynamic_pointer_cast<LinearImpl>(fc->clone()));
    EXPECT_TRUE(copy->weight.equal(fc->weight));
    EXPECT_TRUE(copy->weight.requires_grad());
    EXPECT_FALSE(copy->is_training());
    {
        const NoGradGuard guard;
        fc->weight.zero_();
    }
    EXPECT_FALSE(copy->weight.equal(fc->weight));
    const Tensor x = ones({1, 2}, kFloat64);
    EXPECT_TRUE(are_close(copy(x), x.mm(copy->weight.t()) + copy->bias));

    TransformerEncoder encoder(TransformerEncoderLayer(TransformerEncoderLayerOptions(4, 2).dropout(0)), 2);
    const Tensor y = randn({3, 1, 4});
    EXPECT_TRUE(encoder->clone()->as<TransformerEncoder>()->forward(y).equal(encoder(y)));
}

TEST(NnClone, ModulesOfOnesOwnAreCloneable) {
    Add add(5);
    {
        const NoGradGuard guard;
        add->shift.fill_(7);
    }
    add->fc->eval();
    const auto copy = std::dynamic_pointer_cast<AddImpl>(add->clone());
    EXPECT_EQ(copy->shift.item<double>(), 7);
    EXPECT_TRUE(copy->fc->weight.equal(add->fc->weight));
    EXPECT_FALSE(copy->fc->weight.is_same(add->fc->weight));
    EXPECT_TRUE(copy->tensor("shift").is_same(copy->shift));
    EXPECT_FALSE(copy->fc->is_training());
    EXPECT_TRUE(copy->is_training());
    EXPECT_TRUE(message_of([] { Plain().clone(); }).starts_with("clone() has not been implemented for "));
}

TEST(NnClone, ContainersCloneWhatTheyHave) {
    Sequential net({{"fc", Linear(2, 3)}, {"relu", ReLU()}});
    Sequential copy(std::dynamic_pointer_cast<Sequential>(net->clone()));
    const Tensor x = randn({4, 2});
    EXPECT_TRUE(copy(x).equal(net(x)));
    EXPECT_EQ(copy.parameters().size(), 2u);
    EXPECT_FALSE(copy.parameters()[0].is_same(net.parameters()[0]));
    ModuleList list(Linear(2, 2), Add());
    EXPECT_EQ(list->clone()->parameters().size(), list.parameters().size());
    ModuleDict dict;
    dict->update(std::vector<std::pair<std::string, Linear>>{{"a", Linear(1, 1)}});
    EXPECT_EQ(dict->clone()->named_parameters().keys(), (Names{"a.weight", "a.bias"}));
}

TEST(NnPrinting, IsLibtorchs) {
    EXPECT_EQ(printed(Linear(LinearOptions(3, 4).bias(false))),
              "torch::nn::Linear(in_features=3, out_features=4, bias=false)");
    EXPECT_EQ(printed(Upsample(UpsampleOptions().scale_factor(std::vector<double>{1.5}).mode(kLinear))),
              "torch::nn::Upsample(scale_factor=[1.5], mode=kLinear)");
    EXPECT_EQ(printed(Linear(nullptr)), "torch::nn::Linear");
    EXPECT_EQ(printed(Sequential(Functional(relu), Add(2.5), ModuleList(ReLU()))),
              "torch::nn::Sequential(\n"
              "  (0): torch::nn::Functional()\n"
              "  (1): Add(2.5)(\n"
              "    (fc): torch::nn::Linear(in_features=2, out_features=2, bias=true)\n"
              "  )\n"
              "  (2): torch::nn::ModuleList(\n"
              "    (0): torch::nn::ReLU()\n"
              "  )\n"
              ")");
    EXPECT_EQ(printed(Add()), printed(*Add()));
    EXPECT_EQ(printed(ModuleList(MultiheadAttention(4, 2))),
              "torch::nn::ModuleList(\n"
              "  (0): torch::nn::MultiheadAttention(\n"
              "    (out_proj): torch::nn::Linear(in_features=4, out_features=4, bias=true)\n"
              "  )\n"
              ")");
    Module named("encoder");
    EXPECT_EQ(printed(named), "encoder");
    EXPECT_EQ(named.name(), "encoder");
}

}  // namespace
}  // namespace wick::nn
