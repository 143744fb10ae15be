// A robot that looks where it drives: every camera frame is classified before a deadline, and when
// there is no answer in time the robot stops. Links only branchline::branchline and OpenCV.
//
//   robot_camera MODEL.pt CAMERA|VIDEO|FOLDER/%05d.png [EDGE_HOST:PORT]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <opencv2/videoio.hpp>
#include <string>

#include "branchline/engine.h"
#include "branchline/opencv.hpp"

namespace {

using namespace std::chrono_literals;

constexpr auto kBudget =
    100ms;  // what the robot can wait for an answer, from the moment of capture

cv::VideoCapture open_camera(const std::string& input) {
  const bool number = !input.empty() && input.find_first_not_of("0123456789") == std::string::npos;
  return number ? cv::VideoCapture(std::stoi(input)) : cv::VideoCapture(input);
}

std::size_t best_class(const branchline::Tensor& logits) {
  const auto* first = static_cast<const float*>(logits.data.get());
  const auto* last = first + branchline::element_count(logits.shape);
  return static_cast<std::size_t>(std::max_element(first, last) - first);
}

void drive(const branchline::Engine& engine, const branchline::Result& result) {
  const std::size_t found = best_class(result.outputs.front());
  const auto& classes = engine.classes();
  std::printf("drive: %s (exit %d on %s, %.1f ms)\n",
              found < classes.size() ? classes[found].c_str() : std::to_string(found).c_str(),
              result.plan.exit, branchline::name_of(result.plan.place),
              std::chrono::duration<double, std::milli>(result.latency).count());
}

void stop_robot(const branchline::Result& result) {
  std::printf("stop: %s\n", result.explain().c_str());
}

int look_and_drive(const std::string& model, const std::string& input, const std::string& edge) {
  branchline::Options options;
  options.deadline = kBudget;
  if (!edge.empty()) options.edges = {edge};
  branchline::Engine engine = branchline::Engine::open(model, options);

  cv::VideoCapture camera = open_camera(input);
  if (!camera.isOpened()) throw std::runtime_error("no camera or video: " + input);
  cv::Mat frame;
  bool seen = false;
  for (; camera.read(frame); seen = true) {
    const auto captured = branchline::Clock::now();
    const branchline::Result result = engine.infer(branchline::from(frame).by(captured + kBudget));
    result.in_time() ? drive(engine, result) : stop_robot(result);
  }
  if (!seen) throw std::runtime_error("no frame in " + input);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr,
                 "usage: robot_camera MODEL.pt CAMERA|VIDEO|FOLDER/%%05d.png [EDGE:PORT]\n");
    return 2;
  }
  try {
    return look_and_drive(argv[1], argv[2], argc > 3 ? argv[3] : "");
  } catch (const std::exception& error) {  // opening may throw, driving never does
    std::fprintf(stderr, "robot_camera: %s\n", error.what());
    return 1;
  }
}
