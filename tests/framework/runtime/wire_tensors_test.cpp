#include "framework/runtime/wire_tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "framework/base/error.h"
#include "tests/support/common_graphs.h"

namespace branchline::runtime {
namespace {

using ::testing::HasSubstr;

graph::LayerGraph graph_with(DType type, const Shape& shape) {
  graph::LayerGraph graph = branchline::testing::narrow_chain();
  for (graph::Unit& unit : graph.units) unit.outputs = {{type, shape}};
  return graph;
}

Tensor ramp(const Shape& shape) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  auto values = std::make_shared<std::vector<float>>(count);
  for (std::size_t i = 0; i < count; ++i) (*values)[i] = static_cast<float>(i);
  return {std::shared_ptr<const void>(values, values->data()), DType::f32, shape};
}

TEST(WireTensors, CarriesATensorThereAndBack) {
  const auto graph = graph_with(DType::f32, {1, 4, 3});
  const auto wire = encode_value({2, 0}, ramp({1, 4, 3}), transport::Codec::fp16);
  EXPECT_EQ(wire.encoded.codec, transport::Codec::fp16);
  const Tensor back = decode_value(graph, wire);
  EXPECT_EQ(back.shape, (Shape{1, 4, 3}));
  EXPECT_EQ(static_cast<const float*>(back.data.get())[11], 11);
}

TEST(WireTensors, SendsIntegersRawWhateverIsAskedFor) {
  EXPECT_EQ(codec_for({DType::i64, {2}}, transport::Codec::int8), transport::Codec::raw);
  EXPECT_EQ(codec_for({DType::f32, {1, 2}}, transport::Codec::jpeg), transport::Codec::raw);
}

TEST(WireTensors, NamesTheValueThatDoesNotFit) {
  const auto graph = graph_with(DType::f32, {1, 4, 3});
  const auto wire = encode_value({2, 0}, ramp({1, 12}), transport::Codec::raw);
  EXPECT_THAT(misfit_of(graph, wire), HasSubstr("output 0 of unit 2 (unit2) is f32 {1, 4, 3}"));
  EXPECT_THROW(decode_value(graph, wire), RunError);
  const auto nowhere = encode_value({9, 0}, ramp({1, 12}), transport::Codec::raw);
  EXPECT_THAT(misfit_of(graph, nowhere), HasSubstr("no output 0 of unit 9"));
}

TEST(WireTensors, RefusesAPayloadOfTheWrongSize) {
  const auto graph = graph_with(DType::f32, {1, 4, 3});
  auto wire = encode_value({2, 0}, ramp({1, 4, 3}), transport::Codec::raw);
  --wire.encoded.payload_bytes;
  EXPECT_THROW(decode_value(graph, wire), RunError);
}

}  // namespace
}  // namespace branchline::runtime
