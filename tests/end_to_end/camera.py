"""What Chromium's camera sees in tests: a film that shows a ticket."""

from pathlib import Path

import segno

WIDE, HIGH = 640, 480


def show_to_camera(code: str, film: Path) -> None:
    """Hold a ticket still before the camera; the browser opens the film when the camera begins."""
    rows = [list(row) for row in segno.make(code, error="m", micro=False).matrix_iter(border=4)]
    scale = HIGH // len(rows)
    left = (WIDE - scale * len(rows)) // 2
    luma = bytearray(b"\xeb" * WIDE * HIGH)
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            if is_dark:
                for line in range(y * scale, (y + 1) * scale):
                    begin = line * WIDE + left + x * scale
                    luma[begin : begin + scale] = b"\x10" * scale
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (WIDE * HIGH // 2)
    film.write_bytes(f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)
