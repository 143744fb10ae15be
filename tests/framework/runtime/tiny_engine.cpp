#include "tests/framework/runtime/tiny_engine.h"

#include <filesystem>
#include <memory>
#include <utility>

#include "framework/model/model.h"
#include "framework/model/tensor_bridge.h"
#include "tests/framework/runtime/tiny_network.h"
#include "tests/support/eventually.h"

namespace branchline::testing {

const std::string& tiny_file() {
  static const std::string file = [] {
    const auto folder = std::filesystem::temp_directory_path() / "branchline_engine_test";
    std::filesystem::create_directories(folder);
    return write_tiny_network(folder.string());
  }();
  return file;
}

const std::string& tiny_digest() {
  static const std::string digest = model::Model::load(tiny_file())->digest();
  return digest;
}

Picture::Picture() : pixels_(8 * 8 * 3) {
  for (std::size_t i = 0; i < pixels_.size(); ++i) {
    pixels_[i] = static_cast<std::uint8_t>(i * 37 % 251);
  }
}

Request Picture::request(std::uint64_t frame) const {
  Request request;
  request.inputs = {{pixels_.data(), DType::u8, {8, 8, 3}}};
  request.frame = frame;
  return request;
}

Request Picture::on(Place place, std::uint64_t frame) const {
  Request forced = request(frame);
  forced.force_place = place;
  return forced;
}

Options options_for(std::vector<std::string> edges) {
  Options options;
  options.edges = std::move(edges);
  options.deadline = kDeadline;
  options.reserve = kReserve;
  options.warmup_runs = 2;
  return options;
}

Engine tiny_engine(std::vector<std::string> edges) {
  return Engine::open(tiny_file(), options_for(std::move(edges)));
}

EdgeService tiny_edge(std::uint16_t port) {
  EdgeOptions options;
  options.model_files = {tiny_file()};
  options.listen = "127.0.0.1:" + std::to_string(port);
  return EdgeService::open(options);
}

std::string address_of(const EdgeService& edge) {
  return "127.0.0.1:" + std::to_string(edge.port());
}

bool connected(const Engine& engine) {
  return eventually(kPatience, [&] {
    const Status status = engine.status();
    return status.link.up && status.ready;
  });
}

bool has_spare(const Engine& engine) {
  return connected(engine) && eventually(kPatience, [&] { return !engine.status().spare.empty(); });
}

double error_of(const Result& result, const Picture& picture) {
  const auto whole = model::Model::load(tiny_file());
  const auto request = picture.request();
  TensorView view = request.inputs[0];
  view.shape = {1, 8, 8, 3};
  const auto exits = whole->run_reference({model::to_torch(view)});
  return relative_error(exits.at(static_cast<std::size_t>(result.plan.exit - 1)),
                        result.outputs.at(0));
}

transport::Answer answer_with(const Shape& shape, transport::WireValue value) {
  transport::WireTensor tensor;
  tensor.value = value;
  Tensor logits;
  logits.shape = shape;
  logits.data = std::shared_ptr<const void>(
      new float[64](), [](const void* data) { delete[] static_cast<const float*>(data); });
  tensor.encoded = transport::encode(logits, transport::Codec::raw);
  transport::Answer answer;
  answer.tensors = {tensor};
  return answer;
}

}  // namespace branchline::testing
