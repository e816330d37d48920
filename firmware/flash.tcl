# flash: what make flash and make flash-dry-run have OpenOCD do.

# Every address that is written must lie in a flash bank of the board's script. Needs no probe: sizes are known only to a board.
proc sotto_banks {code slots} {
    foreach address [concat $code $slots] {
        set found 0
        foreach bank [flash list] {
            set at [expr {wide([dict get $bank base]) & 0xffffffff}]
            if {$address >= $at && $address < $at + 0x10000000 && ($address >> 28) == ($at >> 28)} { set found 1 }
        }
        if {!$found} { error "no flash bank of the board's script holds [format 0x%x $address]" }
    }
    echo "OpenOCD has flash banks for $code $slots"
}

# Code, then weights into the first slot. That slot's marks (its last sector) are erased: the image is new and on trial. The other slot's header is
# erased too, else a greater number there would be used instead of what was just written.
proc sotto_flash {elf image sector slot bytes {other ""}} {
    init
    reset init
    for {set i 0} {$i < [llength [flash list]]} {incr i} { flash probe $i }
    flash write_image erase $elf
    verify_image $elf
    flash erase_address [expr {$slot + $bytes - $sector}] $sector
    if {$other ne ""} { flash erase_address $other $sector }
    flash write_image erase $image $slot bin
    verify_image $image $slot bin
    reset run
    echo "flashed: $elf, and $image at [format 0x%x $slot]"
    shutdown
}
