#include "apps/lab/experiments/emulation/frame_timing.h"

#include <chrono>
#include <cstdint>
#include <cstring>
#include <thread>

#include "framework/base/clock.h"
#include "transport/link_emulator.h"

namespace branchline::lab {

namespace asio = transport::asio;
using tcp = asio::ip::tcp;

void serve_frames(tcp::acceptor& acceptor) {
  tcp::socket socket = acceptor.accept();
  socket.set_option(tcp::no_delay(true));
  std::vector<char> frame;
  for (;;) {
    std::uint64_t bytes = 0;
    boost::system::error_code error;
    asio::read(socket, asio::buffer(&bytes, sizeof bytes), error);
    if (error) return;
    frame.resize(bytes);
    asio::read(socket, asio::buffer(frame), error);
    if (!error) asio::write(socket, asio::buffer("k", 1), error);
    if (error) return;
  }
}

std::vector<double> time_frames(tcp::socket& socket, const FrameSeries& series) {
  socket.set_option(tcp::no_delay(true));
  std::vector<double> seconds;
  for (const std::size_t size : series.frame_bytes) {
    if (series.stopped && series.stopped()) break;
    std::this_thread::sleep_for(std::chrono::duration<double>(series.pause_s));
    std::vector<char> frame(size, 'x');
    const std::uint64_t length = size - sizeof length;
    std::memcpy(frame.data(), &length, sizeof length);
    const TimePoint begun = Clock::now();
    asio::write(socket, asio::buffer(frame));
    asio::read(socket, asio::buffer(frame.data(), 1));
    seconds.push_back(std::chrono::duration<double>(Clock::now() - begun).count());
  }
  return seconds;
}

std::vector<double> time_frames_emulated(double bytes_per_s, const FrameSeries& series) {
  asio::io_context context;
  tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  std::thread edge([&] { serve_frames(acceptor); });
  transport::IoThread io;
  transport::LinkEmulator link(io, {"127.0.0.1", 0},
                               {"127.0.0.1", acceptor.local_endpoint().port()},
                               transport::steady_link(bytes_per_s, bytes_per_s, Duration{0}));
  std::vector<double> seconds;
  {
    tcp::socket device(context);
    device.connect({asio::ip::address_v4::loopback(), link.port()});
    seconds = time_frames(device, series);
  }
  edge.join();
  return seconds;
}

}  // namespace branchline::lab
