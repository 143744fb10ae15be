#include "apps/lab/experiments/faults/edge_crowd.h"

#include <chrono>

#include "branchline/engine.h"
#include "framework/model/model_manifest.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr int kInFlight = 8;  // of one device: a camera whose frames are not awaited

}  // namespace

EdgeCrowd::EdgeCrowd(const std::string& model, const std::string& edge, int devices) {
  for (int i = 0; i < devices; ++i) {
    threads_.emplace_back([this, model, edge] { run(model, edge); });
  }
}

EdgeCrowd::~EdgeCrowd() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
}

void EdgeCrowd::run(const std::string& model, const std::string& edge) {
  Options options;
  options.edges = {edge};
  options.deadline = 50ms;
  options.queue_depth = kInFlight;
  Engine engine = Engine::open(model, options);
  const Shape& shape = model::read_manifest(model).inputs.at(0).shape;
  const Shape picture_shape = {shape.at(2), shape.at(3), shape.at(1)};
  const std::vector<std::uint8_t> picture(static_cast<std::size_t>(element_count(picture_shape)),
                                          90);
  Request request;
  request.inputs = {{picture.data(), DType::u8, picture_shape}};
  request.force_place = Place::edge;
  std::vector<Ticket> tickets;
  while (!stopping_) {
    if (!asking_) {
      std::this_thread::sleep_for(5ms);
      continue;
    }
    for (int i = 0; i < kInFlight; ++i) tickets.push_back(engine.submit(request));
    for (Ticket& ticket : tickets) (void)ticket.get();
    tickets.clear();
  }
}

}  // namespace branchline::lab
