#include "transport/ticker.h"

#include <utility>

#include "transport/asio.h"
#include "transport/io_thread.h"

namespace branchline::transport {

struct Ticker::Parts final : IoObject, std::enable_shared_from_this<Ticker::Parts> {
  Parts(std::shared_ptr<IoThread::Parts> io_parts, std::function<TimePoint()> function)
      : io(std::move(io_parts)), tick(std::move(function)), timer(io->context) {}

  void call_at(TimePoint when) {
    timer.expires_at(when);
    timer.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
      if (!cancelled && self->tick) self->call_at(self->tick());
    });
  }

  void shut_down(const std::string&) override {
    tick = nullptr;
    timer.cancel();
  }

  std::shared_ptr<IoThread::Parts> io;
  std::function<TimePoint()> tick;
  asio::steady_timer timer;
  std::uint64_t key = 0;
};

Ticker::Ticker(IoThread& io, std::function<TimePoint()> tick)
    : parts_(std::make_shared<Parts>(io.parts(), std::move(tick))) {
  parts_->key = parts_->io->remember(parts_);
  asio::post(parts_->io->context, [parts = parts_] {
    if (parts->tick) parts->call_at(Clock::now());
  });
}

Ticker::~Ticker() {
  parts_->io->run_and_wait([this] { parts_->shut_down(""); });
  parts_->io->forget(parts_->key);
}

}  // namespace branchline::transport
