// Random numbers against PyTorch 2.13: every expected list is what torch gave after torch.manual_seed(1).

#include <thread>

#include "ops/op_testing.h"
#include "ops/random_fill.h"

namespace wick {
namespace {

using namespace testing;

/// Calls the operator on the default generator, seeded with 1.
template <class... A>
Tensor seeded(std::string_view op, A&&... arguments) {
    manual_seed(1);
    return call(op, std::forward<A>(arguments)...);
}

std::vector<int64_t> shape(std::initializer_list<int64_t> sizes) { return sizes; }
int64_t number(DType dtype) { return static_cast<int64_t>(dtype); }

/// Logarithms and sines may differ in the last bit between C libraries and instruction sets.
template <class T>
void expect_last_bits(const Tensor& actual, const std::vector<T>& expected) {
    EXPECT_EQ(actual.dtype(), dtype_of<T>);
    const std::vector<T> got = values<T>(actual);
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
        if constexpr (std::is_same_v<T, float>)
            EXPECT_FLOAT_EQ(got[i], expected[i]) << "element " << i;
        else
            EXPECT_DOUBLE_EQ(got[i], expected[i]) << "element " << i;
    }
}

TEST(RandomUniform, TakesTheBitsThatPyTorchTakes) {
    EXPECT_EQ(values<float>(seeded("aten::rand", shape({4}))),
              (std::vector<float>{0.7576316f, 0.279310882f, 0.403069258f, 0.734684467f}));
    EXPECT_EQ(values<double>(seeded("aten::rand", shape({3}), number(DType::float64))),
              (std::vector<double>{0.06105327471962363, 0.2245545065676504, 0.23425251394483937}));
    EXPECT_EQ(values<double>(seeded("aten::rand", shape({4}), number(DType::float16))),
              (std::vector<double>{0.7578125, 0.279296875, 0.403076171875, 0.73486328125}));
    EXPECT_EQ(values<float>(seeded("aten::uniform_", empty({4}, DType::float32), -1.0, 2.0)),
              (std::vector<float>{1.27289486f, -0.162067354f, 0.209207773f, 1.2040534f}));
}

TEST(RandomUniform, RefusesBadRanges) {
    const Tensor x = empty({2}, DType::float32);
    EXPECT_EQ(error_of([&] { call("aten::uniform_", x, 2.0, 1.0); }),
              "uniform_ expects to return a [from, to) range, but found from=2 > to=1");
    EXPECT_EQ(error_of([&] { call("aten::uniform_", x, 0.0, 1e39); }), "to is out of bounds for float32");
    EXPECT_EQ(error_of([&] { call("aten::uniform_", empty({2}, DType::int64), 0.0, 1.0); }),
              "\"check_uniform_bounds\" not implemented for 'Long'");
}

TEST(RandomNormal, FewNumbersComeInPairs) {
    expect_last_bits<float>(seeded("aten::randn", shape({4})),
                            {0.661352158f, 0.266924113f, 0.0616772585f, 0.621317327f});
    expect_last_bits<double>(seeded("aten::randn", shape({4}), number(DType::float64)),
                             {0.6613521715704522, 0.2669240982925188, 0.061677258237348306, 0.6213173286854216});
}

TEST(RandomNormal, SixteenAndMoreComeInBlocks) {
    expect_last_bits<float>(seeded("aten::randn", shape({18})),
                            {-1.5255959f, -0.750231802f, 0.699542403f, 0.19908163f, 0.865692377f, 0.244403899f,
                             -0.662911355f, 0.807308257f, 0.439141572f, 1.17120075f, -2.24555779f, -1.44645798f,
                             0.061155282f, -0.617744446f, -0.798069835f, -0.131623209f, -0.798439801f, 0.335730523f});
    expect_last_bits<double>(
        seeded("aten::randn", shape({18}), number(DType::float64)),
        {-0.31128955419003207, -0.7130302768401124, 0.5739008402091161, 1.5697184649359581, 0.8734455849426772,
         -3.704663800207429, -1.8141539905872015, -1.8425712793844078, 0.09412786590968454, 0.5119431551289874,
         1.052307808929565, -0.15636439667930063, -2.1010054062092243, 1.5797411191469026, 1.0833573008638342,
         0.8896745158287568, -1.928583354008078, -0.27100795326519517});
    EXPECT_EQ(values<double>(seeded("aten::randn", shape({18}), number(DType::float16))),
              (std::vector<double>{-1.525390625, -0.75, -0.69677734375, -1.1611328125, 0.69970703125, 0.1990966796875,
                                   0.86572265625, 0.244384765625, -0.6630859375, 0.80712890625, 1.1015625,
                                   -0.1759033203125, -2.24609375, -1.4462890625, 0.0611572265625, -0.61767578125,
                                   -0.7978515625, -0.131591796875}));
}

TEST(RandomNormal, ComplexNumbersShareTheVariance) {
    const Tensor z = seeded("aten::randn", shape({2}), number(DType::complex64));
    expect_last_bits<float>(call("aten::view_as_real", z), {0.467646599f, 0.188743845f, 0.0436124094f, 0.439337701f});
}

TEST(RandomNormal, StridedTensorsAreFilledInTheOrderOfMemory) {
    const Tensor x = ops::transpose(ops::zeros({3, 2}, DType::float32), 0, 1);
    expect_last_bits<float>(seeded("aten::normal_", x),
                            {0.661352158f, 0.0616772585f, -0.451905966f, 0.266924113f, 0.621317327f, -0.16613023f});
}

TEST(RandomIntegers, RangesNarrowAndWide) {
    EXPECT_EQ(values<int64_t>(seeded("aten::randint", 10, shape({12}))),
              (std::vector<int64_t>{5, 9, 4, 8, 3, 3, 1, 1, 9, 2, 8, 9}));
    EXPECT_EQ(values<int64_t>(seeded("aten::randint.low", -5, int64_t{1} << 40, shape({3}))),
              (std::vector<int64_t>{163161683746, 605240299608, 1095766941198}));
    EXPECT_EQ(values<int64_t>(seeded("aten::randperm", 10)), (std::vector<int64_t>{5, 6, 1, 2, 0, 8, 9, 3, 7, 4}));
}

TEST(RandomIntegers, TheWholeRangeOfADtype) {
    EXPECT_EQ(values<int64_t>(seeded("aten::random_", empty({3}, DType::int64))),
              (std::vector<int64_t>{7692698082559361259, 4064269471072392264, 2109959069025161}));
    EXPECT_EQ(values<float>(seeded("aten::random_", empty({3}, DType::float32))),
              (std::vector<float>{12710843.0f, 4685804.0f, 6762196.0f}));
    EXPECT_EQ(values<int64_t>(seeded("aten::random_", empty({4}, DType::uint8))),
              (std::vector<int64_t>{37, 235, 140, 72}));
}

TEST(RandomIntegers, RefuseBadRanges) {
    EXPECT_EQ(error_of([] { call("aten::randint", 0, shape({2})); }),
              "random_ expects 'from' to be less than 'to', but got from=0 >= to=0");
    EXPECT_EQ(error_of([] { call("aten::random_.from", empty({2}, DType::uint8), -1, 5); }),
              "from is out of bounds for uint8");
    EXPECT_EQ(error_of([] { call("aten::random_.to", empty({2}, DType::int8), 200); }),
              "to - 1 is out of bounds for int8");
    EXPECT_EQ(error_of([] { call("aten::randperm", -1); }), "Trying to create tensor with negative dimension -1: [-1]");
    EXPECT_EQ(error_of([] { call("aten::randperm", 300, number(DType::uint8)); }),
              "n is too large for result tensor type: 'uint8'");
    // The ends of int64 neither overflow nor hang; floats near them are too far apart for a range of two.
    EXPECT_NE(error_of([] { call("aten::random_.from", empty({2}, DType::float32), INT64_MAX - 1, INT64_MAX); }), "");
    EXPECT_NE(error_of([] { call("aten::random_.from", empty({2}, DType::float32), INT64_MAX, IValue()); }), "");
}

TEST(RandomDistributions, MatchPyTorch) {
    EXPECT_EQ(values<int64_t>(seeded("aten::bernoulli_.float", empty({16}, DType::float32), 0.3)),
              (std::vector<int64_t>{1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}));
    EXPECT_EQ(values<int64_t>(seeded("aten::bernoulli", ops::full({16}, 0.3, DType::float32))),
              (std::vector<int64_t>{0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
    expect_last_bits<float>(seeded("aten::exponential_", empty({4}, DType::float32), 1.5),
                            {0.0419976898f, 0.169545054f, 0.177935213f, 0.12994644f});
    EXPECT_EQ(values<int64_t>(seeded("aten::geometric_", empty({6}, DType::int64), 0.2)),
              (std::vector<int64_t>{13, 7, 7, 8, 3, 10}));
    expect_last_bits<double>(seeded("aten::cauchy_", empty({3}, DType::float64)),
                             {-5.149549292397014, -1.1741732130293434, -1.1041835723348876});
    expect_last_bits<double>(seeded("aten::log_normal_", empty({3}, DType::float64)),
                             {10.203230064406043, 4.63598271288675, 3.075152570574742});
    EXPECT_EQ(values<int64_t>(seeded("aten::poisson", tensor<float>({0, 1, 5, 20, 300}))),
              (std::vector<int64_t>{0, 0, 3, 13, 311}));
    expect_last_bits<float>(seeded("aten::normal.Tensor_Tensor", tensor<float>({0, 1, 2}), tensor<float>({1, 2, 3})),
                            {0.661352158f, 1.53384829f, 2.18503189f});
}

TEST(RandomDistributions, RefuseWhatIsNoProbability) {
    const Tensor x = empty({2}, DType::float32);
    EXPECT_EQ(error_of([&] { call("aten::bernoulli_.float", x, 1.5); }),
              "bernoulli_ expects p to be in [0, 1], but got p=1.5");
    EXPECT_NE(error_of([&] { call("aten::bernoulli", tensor<float>({0.5, 2})); }), "");
    EXPECT_EQ(error_of([&] { call("aten::normal_", x, 0.0, -1.0); }), "normal expects std >= 0.0, but found std -1");
    EXPECT_EQ(error_of([&] { call("aten::exponential_", x, 0.0); }),
              "exponential_ expects lambda > 0.0, but found lambda=0");
    EXPECT_EQ(error_of([&] { call("aten::geometric_", x, 1.0); }), "geometric_ expects p to be in (0, 1), but got p=1");
}

TEST(RandomSampling, Multinomial) {
    const Tensor weights = tensor<float>({0.1f, 0.2f, 0.3f, 0.4f});
    EXPECT_EQ(values<int64_t>(seeded("aten::multinomial", weights, 10, true)),
              (std::vector<int64_t>{0, 1, 1, 1, 2, 1, 2, 3, 2, 2}));
    EXPECT_EQ(values<int64_t>(seeded("aten::multinomial", weights, 3)), (std::vector<int64_t>{3, 0, 2}));
    EXPECT_EQ(error_of([&] { call("aten::multinomial", weights, 5); }),
              "cannot sample n_sample > prob_dist.size(-1) samples without replacement");
    EXPECT_EQ(error_of([&] {
                  call("aten::multinomial", tensor<float>({0, 0}), 3, true);
              }),
              "invalid multinomial distribution (sum of probabilities <= 0)");
    EXPECT_EQ(error_of([&] {
                  call("aten::multinomial", tensor<float>({-1, 2}), 1);
              }),
              "probability tensor contains either `inf`, `nan` or element < 0");
}

TEST(RandomGammas, MatchPyTorch) {
    expect_last_bits<float>(seeded("aten::_standard_gamma", tensor<float>({0.1f, 1, 5, 50})),
                            {0.465014786f, 1.44605589f, 6.77916956f, 54.8070984f});
    expect_last_bits<double>(seeded("aten::_standard_gamma", tensor<double>({0.1, 1, 5})),
                             {0.46501479469405432, 1.4460558732153423, 6.7791699451787375});
    expect_last_bits<float>(seeded("aten::_sample_dirichlet", tensor<float>({0.1f, 1, 5})),
                            {0.0535100028f, 0.166399986f, 0.780090034f});
    // Below 10 expected successes by waiting times, else by rejection; of the rarer outcome.
    EXPECT_EQ(values<float>(seeded("aten::binomial", tensor<float>({5, 100, 1000, 3, 40, 7}),
                                   tensor<float>({0.2f, 0.5f, 0.9f, 1, 0.01f, 0.8f}))),
              (std::vector<float>{0, 46, 910, 3, 0, 5}));
}

TEST(RandomGammas, MoveWithTheirParameters) {
    // A number near 0, ones of small and of large shapes, and one that underflows.
    const Tensor gammas =
        call("aten::_standard_gamma_grad", tensor<float>({0.5f, 3, 20, 20, 2}), tensor<float>({0.1f, 2, 19, 40, 0}));
    const Tensor betas = call("aten::_dirichlet_grad", tensor<float>({0.1f, 0.5f, 0.95f, 0.5f, 0.6f}),
                              tensor<float>({0.5f, 10, 3, 3, 30}), tensor<float>({3, 40, 4, 20, 50}));
    const std::vector<float> expected[] = {{0.509765565f, 0.856564045f, 0.982725501f, 1.39793348f, 0},
                                           {0.367501557f, 0.0356142633f, 0.324857593f, 0.0926989615f, 0.0202452336f}};
    for (size_t i = 0; i < 5; ++i) {
        EXPECT_NEAR(values<float>(gammas)[i], expected[0][i], 1e-5);
        EXPECT_NEAR(values<float>(betas)[i], expected[1][i], 1e-5);
    }
}

TEST(RandomGammas, RefuseOtherDtypes) {
    EXPECT_EQ(error_of([&] { call("aten::_standard_gamma", empty({2}, DType::float16)); }),
              "\"gamma_cpu\" not implemented for 'Half'");
    EXPECT_EQ(error_of([&] { call("aten::_sample_dirichlet", empty({2}, DType::int64)); }),
              "\"dirichlet\" not implemented for 'Long'");
    EXPECT_EQ(error_of([&] { call("aten::binomial", empty({2}, DType::int64), empty({2}, DType::float32)); }),
              "binomial only supports floating-point dtypes for count, got: Long");
    EXPECT_EQ(error_of([&] { call("aten::binomial", empty({2}, DType::float32), empty({2}, DType::float64)); }),
              "Found dtype Double but expected Float");
}

TEST(RandomLayers, DropoutsDropWhatPyTorchDrops) {
    const Tensor eight = ops::ones({8}, DType::float32);
    EXPECT_EQ(values<int64_t>(seeded("aten::dropout", eight, 0.5, true)),
              (std::vector<int64_t>{2, 2, 2, 2, 0, 2, 2, 0}));
    expect_last_bits<float>(seeded("aten::alpha_dropout", ops::ones({4}, DType::float32), 0.5, true),
                            {1.66559887f, 1.66559887f, 1.66559887f, 1.66559887f});
    EXPECT_EQ(values<int64_t>(seeded("aten::feature_dropout", ops::ones({2, 3, 2}, DType::float32), 0.5, true)),
              (std::vector<int64_t>{2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 2, 2}));
}

TEST(RandomLayers, RandomisedReluDrawsForNegativeNumbersOnly) {
    const Tensor x = tensor<float>({-1, 2, -3, 4});
    expect_last_bits<float>(seeded("aten::rrelu", x, 0.1, 0.3, true), {-0.112210654f, 2.0f, -0.434732705f, 4.0f});
    expect_close(values(call("aten::rrelu", x, 0.1, 0.3, false)), {-0.2, 2, -0.6, 4});
}

TEST(Generators, AreValuesOfAProgram) {
    const IValue generator = call_value("aten::Generator", IValue(), 5);
    EXPECT_EQ(generator.type()->str(), "Generator");
    EXPECT_EQ(call_value("aten::initial_seed", generator).to_int(), 5);
    const Tensor first = call("aten::rand.generator", shape({3}), generator);
    call_value("aten::manual_seed.generator", generator, 5);
    EXPECT_EQ(values(call("aten::rand.generator", shape({3}), generator)), values(first));
    manual_seed(5);
    EXPECT_EQ(values(call("aten::rand", shape({3}))), values(first));
    EXPECT_EQ(call_value("aten::initial_seed", call_value("aten::Generator")).to_int(), 67280421310721);
    const int64_t drawn = call_value("aten::seed", generator).to_int();
    EXPECT_EQ(call_value("aten::initial_seed", generator).to_int(), drawn);
}

TEST(Generators, OutVariantsDrawTheSameNumbers) {
    const Tensor out = empty({3}, DType::float64);
    seeded("aten::rand.out", shape({3}), out);
    EXPECT_EQ(values(out), values(seeded("aten::rand", shape({3}), number(DType::float64))));
}

template <class T>
T at(const Tensor& bytes, size_t offset) {
    T value;
    std::memcpy(&value, bytes.data<char>() + offset, sizeof value);
    return value;
}

TEST(Generators, StateHasPyTorchsLayout) {
    GeneratorImpl copy;
    {
        // Three words for rand and four for randn are used, and the second normal number waits.
        const IValue value = call_value("aten::Generator", IValue(), 5);
        call("aten::rand.generator", shape({3}), value);
        call("aten::randn.generator", shape({1}), value);
        const Tensor state = jit::Unbox<GeneratorImpl>::from(value).get_state();
        EXPECT_EQ(state.numel(), 5056);
        EXPECT_EQ(at<uint64_t>(state, 0), 5u);
        EXPECT_EQ(at<int32_t>(state, 8), 618);
        EXPECT_EQ(at<int32_t>(state, 12), 1);
        EXPECT_EQ(at<uint64_t>(state, 16), 7u);
        EXPECT_EQ(at<uint64_t>(state, 24), 4081643083u);
        EXPECT_DOUBLE_EQ(at<double>(state, 5024), -0.8483762629967013);
        EXPECT_EQ(at<int32_t>(state, 5040), 1);
        copy.set_state(state);
        RandomStream one(jit::Unbox<GeneratorImpl>::from(value));
        RandomStream other(copy);
        for (int i = 0; i < 3; ++i) EXPECT_EQ(one.normal(), other.normal());
        for (int i = 0; i < 2000; ++i) ASSERT_EQ(one.next32(), other.next32());
    }
    const Tensor fresh = GeneratorImpl().get_state();
    EXPECT_EQ(at<int32_t>(fresh, 8), 1);
    EXPECT_EQ(at<uint64_t>(fresh, 16), 0u);
    EXPECT_EQ(at<uint64_t>(fresh, 24), 4053586177u);
    EXPECT_EQ(error_of([&] { copy.set_state(ops::zeros({5056}, DType::uint8)); }), "Invalid mt19937 state");
    EXPECT_EQ(error_of([&] { copy.set_state(ops::zeros({7}, DType::uint8)); }),
              "Expected a CPUGeneratorImplState of size 5056 but found the input RNG state size to be 7");
}

TEST(Generators, ThreadsShareOneWithoutMixingTensors) {
    constexpr int kThreads = 4;
    constexpr int kDraws = 50;
    const IValue shared = call_value("aten::Generator", IValue(), 3);
    std::vector<std::vector<std::vector<double>>> drawn(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < kDraws; ++i)
                drawn[t].push_back(values(call("aten::rand.generator", shape({32}), shared)));
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::vector<std::vector<double>> all;
    for (const auto& lists : drawn) all.insert(all.end(), lists.begin(), lists.end());
    call_value("aten::manual_seed.generator", shared, 3);
    std::vector<std::vector<double>> expected;
    for (int i = 0; i < kThreads * kDraws; ++i)
        expected.push_back(values(call("aten::rand.generator", shape({32}), shared)));
    std::ranges::sort(all);
    std::ranges::sort(expected);
    EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace wick
