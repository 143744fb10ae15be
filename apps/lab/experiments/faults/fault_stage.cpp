#include "apps/lab/experiments/faults/fault_stage.h"

#include <csignal>
#include <utility>

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr double kFaultLinkBytesPerS = 2.5e6;
constexpr Duration kFaultLinkDelay = 2ms;
constexpr int kCrowdDevices = 3;

}  // namespace

FaultStage::FaultStage(std::string model, std::string other_model, std::string log_file)
    : model_(std::move(model)),
      other_model_(std::move(other_model)),
      log_file_(std::move(log_file)) {
  start(model_);
  relay_ = std::make_unique<CorruptingRelay>(edge_port_);
  link_ = std::make_unique<transport::LinkEmulator>(
      io_, transport::Endpoint{"127.0.0.1", 0}, transport::Endpoint{"127.0.0.1", relay_->port()},
      transport::steady_link(kFaultLinkBytesPerS, 2 * kFaultLinkBytesPerS, kFaultLinkDelay));
}

FaultStage::~FaultStage() { end(EdgeFault::slowed); }

/// On the port it had before, if any.
void FaultStage::start(const std::string& model) {
  edge_.reset();
  edge_ = std::make_unique<EdgeProcess>(program_, model, log_file_, std::vector<std::string>{},
                                        edge_port_);
  edge_port_ = edge_->port();
}

std::string FaultStage::address() const { return "127.0.0.1:" + std::to_string(link_->port()); }

void FaultStage::run_for_a_tenth() {
  while (slowing_) {
    edge_->signal(SIGSTOP);
    std::this_thread::sleep_for(9ms);
    edge_->signal(SIGCONT);
    std::this_thread::sleep_for(1ms);
  }
}

void FaultStage::begin(EdgeFault fault) {
  switch (fault) {
    case EdgeFault::cut:
      link_->reset_all();
      return link_->cut();
    case EdgeFault::blackhole:
      return link_->cut();
    case EdgeFault::killed:
      return edge_->signal(SIGKILL);
    case EdgeFault::frozen:
      return edge_->signal(SIGSTOP);
    case EdgeFault::restarted:
      return start(model_);
    case EdgeFault::slowed:
      slowing_ = true;
      slower_ = std::thread([this] { run_for_a_tenth(); });
      return;
    case EdgeFault::overloaded:
      if (!crowd_) {
        crowd_ = std::make_unique<EdgeCrowd>(model_, "127.0.0.1:" + std::to_string(edge_port_),
                                             kCrowdDevices);
      }
      return crowd_->ask(true);
    case EdgeFault::corrupted:
      return relay_->corrupt(true);
    case EdgeFault::replaced:
      return start(other_model_);
  }
}

void FaultStage::end(EdgeFault fault) {
  switch (fault) {
    case EdgeFault::cut:
    case EdgeFault::blackhole:
      return link_->restore();
    case EdgeFault::killed:
    case EdgeFault::replaced:
      return start(model_);
    case EdgeFault::frozen:
      return edge_->signal(SIGCONT);
    case EdgeFault::restarted:
      return;
    case EdgeFault::slowed:
      slowing_ = false;
      if (slower_.joinable()) slower_.join();
      return;
    case EdgeFault::overloaded:
      return crowd_->ask(false);
    case EdgeFault::corrupted:
      return relay_->corrupt(false);
  }
}

}  // namespace branchline::lab
